from django.urls import URLPattern, path

from tallyhub.helpdesk.provider_desk import web

urlpatterns: list[URLPattern] = [
    path("escalations/", web.escalations, name="escalations"),
    path("escalations/settings/", web.settings, name="desk_settings"),
    path("escalations/<int:escalation_id>/assign/", web.assign, name="escalation_assign"),
    path("escalations/<int:escalation_id>/tie/", web.tie, name="escalation_tie"),
]
