from django.urls import URLPattern, path
from django.views.generic import RedirectView

from tallyhub.activity import additional_web, export_web, statement_web, view_web, web
from tallyhub.activity.audit import web as audit
from tallyhub.activity.home import customers
from tallyhub.activity.home import web as home

app_name = "activity"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("office/", customers.customers, name="round"),
    path("management/", web.management, name="management"),
    path("customer-activity/", web.customer_activity, name="customer_activity"),
    path("customer-activity/enterprise/<str:group>/", web.group, name="group"),
    path("customer-activity/enterprise/<str:group>/rows/", web.group_rows, name="group_rows"),
    path("customer-activity/enterprise/<str:group>/entries.csv", web.group_csv, name="group_csv"),
    path("customer-activity/entitlements/<int:entitlement_id>/", web.entitlement, name="entitlement"),
    path("customer-activity/entitlements/<int:entitlement_id>/rows/", web.entitlement_rows, name="entitlement_rows"),
    path(
        "customer-activity/entitlements/<int:entitlement_id>/entries.csv", web.entitlement_csv, name="entitlement_csv"
    ),
    path("customer-activity/additional-cases/", additional_web.cases, name="additional"),
    path("customer-activity/additional-cases/rows/", additional_web.rows, name="additional_rows"),
    path("customer-activity/additional-cases/cases.csv", additional_web.cases_csv, name="additional_csv"),
    path("statements/", statement_web.statements, name="statements"),
    path("statements/<int:statement_id>/", statement_web.statement, name="statement"),
    path("statements/<int:statement_id>/statement.xlsx", statement_web.statement_xlsx, name="statement_xlsx"),
    path("statements/<int:statement_id>/statement.pdf", statement_web.statement_pdf, name="statement_pdf"),
    path("exports/", export_web.exports, name="exports"),
    path("exports/make/", export_web.export_make, name="export_make"),
    path("exports/<int:export_id>/", export_web.export, name="export"),
    path("exports/<int:export_id>/file/", export_web.export_file, name="export_file"),
    path("views/", view_web.views, name="views"),
    path("views/save/", view_web.view_save, name="view_save"),
    path("views/<int:view_id>/rename/", view_web.view_rename, name="view_rename"),
    path("views/<int:view_id>/delete/", view_web.view_delete, name="view_delete"),
    path("audit/", audit.audit, name="audit"),
    path("audit/rows/", audit.audit_rows, name="audit_rows"),
    path("audit/events.csv", audit.audit_csv, name="audit_csv"),
    # The page that Customer activity replaced (R1.2).
    path(
        "agreement-details/",
        RedirectView.as_view(pattern_name="activity:customer_activity", permanent=True, query_string=True),
        name="agreement_details",
    ),
]
