from django.urls import URLPattern, path

from tallyhub.integrations.webhooks import web as webhooks

app_name = "integrations"
urlpatterns: list[URLPattern] = [
    path("webhooks/", webhooks.endpoints, name="webhooks"),
    path("webhooks/<int:endpoint_id>/", webhooks.endpoint, name="webhook"),
    path("webhooks/<int:endpoint_id>/secret/", webhooks.rotate, name="webhook_secret"),
    path("webhooks/<int:endpoint_id>/ping/", webhooks.ping, name="webhook_ping"),
    path("webhooks/<int:endpoint_id>/pause/", webhooks.pause, name="webhook_pause"),
    path("webhooks/<int:endpoint_id>/resume/", webhooks.resume, name="webhook_resume"),
    path("webhooks/<int:endpoint_id>/replay/", webhooks.replay_since, name="webhook_replay_since"),
    path("webhooks/<int:endpoint_id>/delete/", webhooks.delete, name="webhook_delete"),
    path("webhooks/messages/<int:delivery_id>/replay/", webhooks.replay, name="webhook_replay"),
]
