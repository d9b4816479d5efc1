from django.urls import URLPattern, path

from tallyhub.organizations import web

app_name = "organizations"
urlpatterns: list[URLPattern] = [
    path("switch/", web.switch, name="switch"),
    path("switch/workspace/", web.switch_workspace, name="switch_workspace"),
    path("switch/customer/", web.switch_customer, name="switch_customer"),
]
