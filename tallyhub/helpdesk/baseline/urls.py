from django.urls import URLPattern, URLResolver, path

from tallyhub.helpdesk.baseline import web

urlpatterns: list[URLPattern | URLResolver] = [
    path("helpdesk/baseline/", web.baseline, name="baseline"),
    path("helpdesk/baseline/edit/", web.registry, name="baseline_registry"),
    path("helpdesk/baseline/edit/new/", web.add, name="baseline_add"),
    path("helpdesk/baseline/edit/usual/", web.usual, name="baseline_usual"),
    path("helpdesk/baseline/edit/<int:item_id>/", web.edit, name="baseline_edit"),
]
