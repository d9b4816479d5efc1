"""What the demo's learning manager asked of her people, and the products that activities are about."""

from datetime import date, timedelta

from tallyhub.accounts.models import Person
from tallyhub.agreements.models import Product
from tallyhub.kernel import clock
from tallyhub.kernel.access import Access, Right
from tallyhub.kernel.scope import scope
from tallyhub.learning.assignments import commands
from tallyhub.learning.models import Activity, Assignment
from tallyhub.organizations import steps as organizations
from tallyhub.organizations.models import Membership
from tallyhub.organizations.sign_on import act_for
from tallyhub.site.demo.courses import PRODUCTS

MANAGER = "learning@halden.example"
PEOPLE_MAX = 6
# activity: assigned so many days ago, due so many days from today
ASKED = {"privacy-in-daily-work": (40, -6), "certificates": (12, 9), "restore-a-database": (3, 30)}


def set_up(today: date) -> None:
    """Once; again changes nothing."""
    with scope(Access.of_system(), writing=True):
        ids = organizations.find_customers(["halden"])
    with scope(Access.of_system(ids.values()), writing=True):
        if Assignment.objects.exists():
            return
        products = dict(Product.objects.values_list("code", "pk"))
        for code, product in PRODUCTS.items():
            Activity.objects.filter(code=code).update(product_id=products[product])
        activities = dict(Activity.objects.values_list("code", "pk"))
        manager = Person.objects.get(email_folded=MANAGER).pk
    access = act_for(manager, ids["halden"]).access
    workspace = access.workspaces_with(Right.ASSIGN_LEARNING)[0]
    with scope(Access.of_system(ids.values())):
        members = Membership.objects.filter(workspace_id=workspace).exclude(person_id=manager).order_by("person_id")
        people = list(members.values_list("person_id", flat=True)[:PEOPLE_MAX])
    for code, (days, due) in ASKED.items():
        with clock.frozen(clock.now() - timedelta(days=days)):
            commands.assign(
                access, activities[code], workspace_id=workspace, people=people, due_on=today + timedelta(days=due)
            )
