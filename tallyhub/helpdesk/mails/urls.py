from django.urls import URLPattern, URLResolver, path

from tallyhub.helpdesk.mails import web

urlpatterns: list[URLPattern | URLResolver] = [
    path("helpdesk/mails/", web.mails, name="mails"),
    path("helpdesk/mails/<int:mail_id>/", web.mail, name="mail"),
    path("helpdesk/mails/<int:mail_id>/add/", web.add_to, name="mail_add"),
    path("helpdesk/mails/<int:mail_id>/aside/", web.put_aside, name="mail_aside"),
    path("helpdesk/mails/<int:mail_id>/files/<int:file_id>/", web.file, name="mail_file"),
]
