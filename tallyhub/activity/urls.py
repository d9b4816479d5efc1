from django.urls import URLPattern, path
from django.views.generic import RedirectView

from tallyhub.activity import web
from tallyhub.activity.audit import web as audit

app_name = "activity"
urlpatterns: list[URLPattern] = [
    path("", web.home, name="home"),
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
