from django.urls import URLPattern, path

from tallyhub.support.work import merge_web, web

_REQUEST = "support/requests/<request_number:number>/"
urlpatterns: list[URLPattern] = [
    path("support/queue/", web.queue, name="queue"),
    path(f"{_REQUEST}status/", web.change_status, name="change_status"),
    path(f"{_REQUEST}assign/", web.assign, name="assign"),
    path(f"{_REQUEST}severity/", web.change_severity, name="change_severity"),
    path(f"{_REQUEST}class/", web.classify, name="classify"),
    path(f"{_REQUEST}call/", web.call, name="call"),
    path(f"{_REQUEST}call/heard/", web.hear_call, name="hear_call"),
    path(f"{_REQUEST}merge/", merge_web.merge, name="merge"),
]
