from django.urls import URLPattern, URLResolver, path

from tallyhub.partners.advising import web as advising
from tallyhub.partners.consents import web as consents
from tallyhub.partners.deciding import web as deciding
from tallyhub.partners.delegations import web as delegations
from tallyhub.partners.groups import web as groups
from tallyhub.partners.parties import web as parties
from tallyhub.partners.plans import web as plans
from tallyhub.partners.portfolio import web as portfolio
from tallyhub.partners.profiles import web as profiles
from tallyhub.partners.staff import join_web
from tallyhub.partners.staff import web as staff
from tallyhub.partners.subscriptions import asked_web
from tallyhub.partners.subscriptions import web as subscriptions
from tallyhub.partners.tasks import web as tasks
from tallyhub.partners.technical import web as technical

app_name = "partners"
urlpatterns: list[URLPattern | URLResolver] = [
    # The partner's side.
    path("customers/", delegations.customers, name="customers"),
    path("customers/links/", parties.add_link, name="link_add"),
    path("customers/links/<int:resale_id>/end/", parties.end_resale, name="resale_end"),
    path("customers/<int:customer_id>/", delegations.customer, name="customer"),
    path("customers/<int:customer_id>/delegate/", delegations.delegate, name="delegate"),
    path("customers/delegations/<int:delegation_id>/", delegations.delegation, name="delegation"),
    path("customers/delegations/<int:delegation_id>/edit/", delegations.edit, name="edit"),
    path("customers/delegations/<int:delegation_id>/consent/", delegations.consent, name="consent"),
    path("customers/delegations/<int:delegation_id>/decline/", delegations.decline, name="decline"),
    path("customers/delegations/<int:delegation_id>/withdraw/", delegations.withdraw, name="withdraw"),
    path("customers/delegations/<int:delegation_id>/send/", delegations.send, name="send"),
    path("customers/delegations/<int:delegation_id>/delete/", delegations.delete, name="delete"),
    path("customers/delegations/<int:delegation_id>/terminate/", delegations.terminate, name="terminate"),
    path("customers/delegations/<int:delegation_id>/extend/", delegations.extend, name="extend"),
    path("customers/delegations/<int:delegation_id>/assign/", delegations.assign, name="assign"),
    path("customers/delegations/<int:delegation_id>/unassign/<int:group_id>/", delegations.unassign, name="unassign"),
    path("portfolio/", portfolio.portfolio, name="portfolio"),
    path("portfolio/rows/", portfolio.portfolio_rows, name="portfolio_rows"),
    path("portfolio/csv/", portfolio.portfolio_csv, name="portfolio_csv"),
    path("customers/<int:customer_id>/adviser/", advising.adviser, name="adviser"),
    path("customers/<int:customer_id>/adviser/follow-ups/", advising.add, name="follow_up_add"),
    path("customers/follow-ups/<int:follow_up_id>/", advising.follow_up, name="follow_up"),
    path("security-groups/", groups.groups, name="groups"),
    path("security-groups/<int:group_id>/", groups.group, name="group"),
    path("security-groups/<int:group_id>/remove/", groups.remove, name="group_remove"),
    path("security-groups/<int:group_id>/members/", groups.add_members, name="member_add"),
    path("security-groups/<int:group_id>/members/<int:staff_id>/", groups.remove_member, name="member_remove"),
    path("partnerships/", parties.partnerships, name="partnerships"),
    path("partnerships/<int:partnership_id>/authorise/", parties.authorise, name="partnership_authorise"),
    path("partnerships/<int:partnership_id>/end/", parties.end_partnership, name="partnership_end"),
    # The customer's side.
    path("partners/", deciding.partners, name="partners"),
    path("partners/delegations/<int:delegation_id>/", deciding.decide, name="decide"),
    path("partners/delegations/<int:delegation_id>/approve/", deciding.approve, name="approve"),
    path("partners/delegations/<int:delegation_id>/reject/", deciding.reject, name="reject"),
    path("partners/delegations/<int:delegation_id>/end/", deciding.end, name="end"),
    path("partners/delegations/<int:delegation_id>/keep/", deciding.keep, name="keep"),
    path("partners/join/<str:token>/", deciding.join, name="join"),
    path("partners/resales/<int:resale_id>/end/", deciding.leave, name="leave"),
    path("partners/requests/<str:number>/", consents.consents, name="consents"),
    path("partners/requests/<str:number>/give/", consents.give, name="consent_give"),
    path("partners/consents/<int:consent_id>/revoke/", consents.revoke, name="consent_revoke"),
    # The provider's.
    path("partners/all/", parties.overview, name="overview"),
    path("partners/all/<int:organization_id>/", parties.describe, name="describe"),
    path("partners/all/<int:organization_id>/suspend/", parties.suspend, name="suspend"),
    path("partners/all/<int:organization_id>/reinstate/", parties.reinstate, name="reinstate"),
    # Of the provider and of partners alike.
    path("our-people/", staff.people, name="staff"),
    path("our-people/<int:staff_id>/roles/", staff.change_roles, name="staff_roles"),
    path("our-people/<int:staff_id>/end/", staff.end, name="staff_end"),
    path("our-people/<int:staff_id>/ask/", staff.ask_again, name="staff_ask"),
    path("our-people/invitations/<int:invitation_id>/resend/", staff.resend, name="staff_resend"),
    path("our-people/invitations/<int:invitation_id>/revoke/", staff.revoke, name="staff_revoke"),
    path("join-us/<str:token>/", join_web.join, name="staff_join"),
    path("join-us/<str:token>/decline/", join_web.decline, name="staff_decline"),
    # How support is reached, and by whom it is given.
    path("support-profile/", profiles.profile, name="profile"),
    path("support-plan/", plans.plan, name="plan"),
    path("support-plan/draft/", plans.edit, name="plan_edit"),
    path("support-plan/draft/publish/", plans.publish, name="plan_publish"),
    path("support-plan/draft/discard/", plans.discard, name="plan_discard"),
    path("support-plans/<int:organization_id>/", plans.read, name="plan_read"),
    path("support-plans/<int:organization_id>/accept/", plans.accept, name="plan_accept"),
    # What a customer has and asks for, and whoever it asks.
    path("subscriptions/", subscriptions.subscriptions, name="subscriptions"),
    path("subscriptions/ask/", subscriptions.ask, name="wish_ask"),
    path("subscriptions/wishes/<int:wish_id>/", subscriptions.wish, name="wish_own"),
    path("subscriptions/wishes/<int:wish_id>/withdraw/", subscriptions.withdraw, name="wish_withdraw"),
    path("wishes/", asked_web.wishes, name="wishes"),
    path("wishes/<int:wish_id>/", asked_web.wish, name="wish"),
    path("wishes/<int:wish_id>/accept/", asked_web.accept, name="wish_accept"),
    path("wishes/<int:wish_id>/decline/", asked_web.decline, name="wish_decline"),
    path("wishes/<int:wish_id>/done/", asked_web.done, name="wish_done"),
    path("wishes/<int:wish_id>/owner/", asked_web.owner, name="wish_owner"),
    path("technical-support/", technical.technical, name="technical"),
    path("configuration-tasks/", tasks.tasks, name="tasks"),
    path("configuration-tasks/edit/", tasks.registry, name="task_registry"),
    path("configuration-tasks/edit/new/", tasks.add, name="task_add"),
    path("configuration-tasks/edit/<int:task_id>/", tasks.edit, name="task_edit"),
]
