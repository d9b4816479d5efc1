from django.urls import URLPattern, path

from tallyhub.office.enquiries import web as enquiries
from tallyhub.office.workspaces import web as workspaces

app_name = "office"
urlpatterns: list[URLPattern] = [
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
