from django.urls import URLPattern, path

from tallyhub.helpdesk.sending import web

urlpatterns: list[URLPattern] = [
    path("helpdesk/requests/<str:number>/resources/", web.send, name="send_resource"),
]
