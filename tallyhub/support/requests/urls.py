from django.urls import URLPattern, path

from tallyhub.support.requests import open_web, share_web, web

urlpatterns: list[URLPattern] = [
    path("support/", web.requests, name="list"),
    path("support/rows/", web.requests_rows, name="list_rows"),
    path("support/requests.csv", web.requests_csv, name="list_csv"),
    path("support/requests/<request_number:number>/", web.request_page, name="request"),
    path("support/requests/<request_number:number>/who/", web.request_who, name="request_who"),
    path("support/requests/<request_number:number>/share/", share_web.share, name="share"),
    path("support/requests/<request_number:number>/unshare/", share_web.unshare, name="unshare"),
    path("support/settings/", share_web.settings, name="settings"),
    path("support/settings/group/", share_web.choose_group, name="settings_group"),
    path("support/open/", open_web.drafts, name="open"),
    path("support/open/begin/", open_web.begin, name="open_begin"),
    path("support/open/<int:draft_id>/delete/", open_web.delete, name="open_delete"),
    path("support/open/<int:draft_id>/send/", open_web.send, name="open_send"),
    path("support/open/<int:draft_id>/<str:step>/", open_web.step, name="open_step"),
]
