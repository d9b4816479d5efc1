from django.urls import URLPattern, path

from tallyhub.office.agreements import web as drafts
from tallyhub.office.amendments import web as amendments
from tallyhub.office.customers import web as customers
from tallyhub.office.domains import web as domains
from tallyhub.office.enquiries import web as enquiries
from tallyhub.office.mappings import web as mappings
from tallyhub.office.overview import web as overview
from tallyhub.office.terms import web as terms
from tallyhub.office.workspaces import web as workspaces

app_name = "office"
_DRAFT, _AGREEMENT = "office/agreements/drafts/<int:draft_id>/", "office/agreements/<int:agreement_id>/"
_PACKAGE = "office/agreements/packages/<int:package_id>/"
_PACKAGE_OF_DRAFT = f"{_DRAFT}packages/<int:key>/"
urlpatterns: list[URLPattern] = [
    path("office/customer/", customers.customer, name="customer"),
    path("office/customer/new/", customers.make, name="customer_new"),
    path("office/customer/change/", customers.change, name="customer_change"),
    path("office/customer/staff/", customers.staff_add, name="staff_add"),
    path("office/customer/staff/<int:person_id>/remove/", customers.staff_remove, name="staff_remove"),
    path("office/domain/", domains.domain, name="domain"),
    path("office/agreements/", overview.agreements, name="agreements"),
    path("office/agreements/new/", drafts.make, name="draft_make"),
    path(_AGREEMENT, overview.agreement, name="agreement"),
    path(f"{_AGREEMENT}copy/", drafts.copy, name="agreement_copy"),
    path(f"{_AGREEMENT}renew/", drafts.renew, name="agreement_renew"),
    path(f"{_AGREEMENT}package/", drafts.begin_package, name="agreement_package"),
    path(f"{_AGREEMENT}extend/", amendments.extend, name="agreement_extend"),
    path(f"{_AGREEMENT}end/", amendments.end, name="agreement_end"),
    path(f"{_AGREEMENT}rename/", amendments.rename, name="agreement_rename"),
    path(f"{_AGREEMENT}support/", terms.terms, name="support_terms"),
    path(f"{_AGREEMENT}support/calendars/new/", terms.calendar, name="calendar_new"),
    path(f"{_AGREEMENT}support/calendars/<int:calendar_id>/", terms.calendar, name="calendar"),
    path(f"{_PACKAGE}entitlement/", amendments.add_entitlement, name="package_entitlement"),
    path(f"{_PACKAGE}end/", amendments.end_package, name="package_end"),
    path(f"{_PACKAGE}rename/", amendments.rename_package, name="package_rename"),
    path("office/agreements/entitlements/<int:entitlement_id>/<slug:kind>/", amendments.allot, name="allot"),
    path(_DRAFT, drafts.draft, name="draft"),
    path(f"{_DRAFT}terms/", drafts.terms, name="draft_terms"),
    path(f"{_DRAFT}packages/", drafts.package_add, name="draft_package_add"),
    path(_PACKAGE_OF_DRAFT, drafts.package, name="draft_package"),
    path(f"{_PACKAGE_OF_DRAFT}remove/", drafts.package_remove, name="draft_package_remove"),
    path(f"{_DRAFT}contacts/", drafts.contacts, name="draft_contacts"),
    path(f"{_DRAFT}approve/", drafts.approve, name="draft_approve"),
    path(f"{_DRAFT}delete/", drafts.delete, name="draft_delete"),
    path("office/mappings/", mappings.mappings, name="mappings"),
    path("workspaces/", workspaces.own, name="own_workspaces"),
    path("enquiries/", enquiries.enquiries, name="enquiries"),
    path("enquiries/new/", enquiries.ask, name="ask"),
    path("enquiries/package/", enquiries.ask_for_package, name="ask_for_package"),
    path("office/workspaces/", workspaces.workspaces, name="workspaces"),
    path("office/workspaces/new/", workspaces.new, name="new_workspace"),
    path("office/workspaces/<int:workspace_id>/", workspaces.workspace, name="workspace"),
    path("office/workspaces/<int:workspace_id>/archive/", workspaces.archive, name="archive"),
    path("office/workspaces/<int:workspace_id>/restore/", workspaces.restore, name="restore"),
    path("office/agreements/<int:agreement_id>/activation/", workspaces.activation, name="activation"),
    path("office/agreements/<int:agreement_id>/activate/", workspaces.activate, name="activate"),
    path("office/enquiries/", enquiries.served, name="served"),
    path("office/enquiries/<int:enquiry_id>/", enquiries.enquiry, name="enquiry"),
    path("office/enquiries/<int:enquiry_id>/grant/", enquiries.grant, name="grant"),
    path("office/enquiries/<int:enquiry_id>/decline/", enquiries.decline, name="decline"),
]
