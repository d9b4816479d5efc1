from django.urls import URLPattern, URLResolver, path

from tallyhub.helpdesk.queue import web

urlpatterns: list[URLPattern | URLResolver] = [path("helpdesk/", web.queue, name="queue")]
