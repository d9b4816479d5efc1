"""What the guide's own words are called on screen; what its editors write is in the table."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from tallyhub.messages.guide.rules import Asker, Question, Target

ASKER_NAMES: dict[str, Any] = {
    Asker.CUSTOMER: _("For my own organisation, as a customer"),
    Asker.PARTNER: _("For a customer, as its partner"),
    Asker.PARTNER_ITSELF: _("For my own organisation, which is a partner"),
}
TARGET_NAMES: dict[str, Any] = {
    Target.TEXT: _("A text that says what to do"),
    Target.LINK: _("A link to another place"),
    Target.REQUEST: _("The request form"),
}
QUESTION_NAMES: dict[str, Any] = {
    Question.ISSUE: _("What is it about?"),
    Question.PRODUCT: _("Which product is it about?"),
    Question.ASKER: _("For whom do you ask?"),
}
UNSURE_NAMES: dict[str, Any] = {
    Question.ISSUE: _("Something else, or I do not know"),
    Question.PRODUCT: _("Another product, or none"),
    Question.ASKER: _("None of these"),
}
