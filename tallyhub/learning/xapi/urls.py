from django.urls import URLPattern, path

from tallyhub.learning.xapi import web

app_name = "xapi"
urlpatterns: list[URLPattern] = [
    path("about", web.about, name="about"),
    path("statements", web.statements, name="statements"),
]
