from django.urls import URLPattern, path

from tallyhub.helpdesk.escalations import web

urlpatterns: list[URLPattern] = [
    path("helpdesk/requests/<str:number>/escalate/", web.escalate, name="escalate"),
    path(
        "helpdesk/requests/<str:number>/escalate/files/<int:file_id>/remove/",
        web.remove_file,
        name="escalation_file_remove",
    ),
    path("helpdesk/requests/<str:number>/escalation/publish/", web.publish, name="escalation_publish"),
    path("escalations/<int:escalation_id>/", web.escalation, name="escalation"),
    path("escalations/<int:escalation_id>/move/", web.move, name="escalation_move"),
    path("escalations/<int:escalation_id>/note/", web.note, name="escalation_note"),
    path("escalations/<int:escalation_id>/files/<int:file_id>/", web.file, name="escalation_file"),
]
