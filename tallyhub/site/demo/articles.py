"""What the demo's provider wrote about its products, who read it, and whether it helped."""

from datetime import timedelta

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.articles.editing.commands import change, write
from tallyhub.articles.models import Article
from tallyhub.articles.reading.commands import answer, open_article
from tallyhub.articles.rules import Written
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.organizations.models import Membership, Organization
from tallyhub.organizations.sign_on import act_for
from tallyhub.organizations.steps import find_customers
from tallyhub.site.demo.article_texts import ARTICLES, Story
from tallyhub.site.demo.health import EDITOR
from tallyhub.site.demo.story import PROVIDER
from tallyhub.site.demo.support import LANGUAGES

CUSTOMER, READERS = "halden", 6  # whose first people read them


def set_up() -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system()):
        provider = Organization.objects.get(code=PROVIDER)
        editor = Person.objects.get(email_folded=EDITOR)
        products = dict(Product.objects.values_list("code", "pk"))
    rights = frozenset({Right.EDIT_GUIDES})
    access = Access(person_id=editor.pk, organization_id=provider.pk, organization_rights=rights)
    with scope(access):
        if Article.objects.exists():
            return
        customer = find_customers([CUSTOMER])[CUSTOMER]
    with scope(Access.of_system([customer])):
        members = Membership.objects.filter(customer_id=customer).order_by("person_id")
        people = list(members.values_list("person_id", flat=True).distinct()[:READERS])
    readers = [act_for(one, customer).access for one in people]
    for story in ARTICLES:
        _publish(access, readers, story, products)


def _publish(access: Access, readers: list[Access], story: Story, products: dict[str, int]) -> None:
    at = clock.now() - timedelta(days=story.days)
    texts = dict(zip(LANGUAGES, story.texts, strict=True))
    said = Written(
        {language: title for language, (title, _body) in texts.items()},
        {language: body for language, (_title, body) in texts.items()},
        frozenset(products[one] for one in story.products),
    )
    if story.before:
        first = Written({"en": said.titles["en"]}, {"en": story.before}, said.products)
        with clock.frozen(at - timedelta(days=7)):
            article = write(access, first, is_published=True)
        with clock.frozen(at):
            change(access, article, 1, said, is_published=True)
    else:
        with clock.frozen(at):
            article = write(access, said, is_published=True)
    _read(readers, article, 2 if story.before else 1, story)


def _read(readers: list[Access], article: int, number: int, story: Story) -> None:
    """One after another, from the day after it was published on."""
    for place, (reader, said) in enumerate(zip(readers, story.answers, strict=False), start=1):
        with clock.frozen(clock.now() - timedelta(days=story.days - min(place, story.days - 1))):
            open_article(reader, article)
            if said != "-":
                answer(reader, article, number, is_solved=said == "y")
