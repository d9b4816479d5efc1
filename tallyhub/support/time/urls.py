from django.urls import URLPattern, path

from tallyhub.support.time import web

urlpatterns: list[URLPattern] = [
    path("support/requests/<request_number:number>/time/", web.time, name="time"),
    path("support/requests/<request_number:number>/time/log/", web.log, name="time_log"),
    path("support/time/<int:work_id>/", web.edit, name="time_edit"),
    path("support/time/<int:work_id>/move/", web.move, name="time_move"),
    path("support/time/<int:work_id>/remove/", web.remove, name="time_remove"),
]
