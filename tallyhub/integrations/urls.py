from django.urls import URLPattern, path

from tallyhub.integrations.imports import web as imports
from tallyhub.integrations.webhooks import web as webhooks

app_name = "integrations"
urlpatterns: list[URLPattern] = [
    path("import/", imports.imports, name="imports"),
    path("import/codes/", imports.codes, name="codes"),
    path("import/codes/codes.csv", imports.codes_csv, name="codes_csv"),
    path("import/<int:import_id>/", imports.one, name="import"),
    path("import/<int:import_id>/mapping/", imports.choose, name="import_mapping"),
    path("import/<int:import_id>/start/", imports.start, name="import_start"),
    path("import/<int:import_id>/save/", imports.save, name="import_save"),
    path("import/<int:import_id>/delete/", imports.remove, name="import_delete"),
    path("import/<int:import_id>/problems.csv", imports.problems, name="import_problems"),
    path("import/mappings/<int:mapping_id>/delete/", imports.remove_mapping, name="mapping_delete"),
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
