from django.urls import URLPattern, path

from tallyhub.privacy import web

app_name = "privacy"
urlpatterns: list[URLPattern] = [
    path("accounts/my-data/", web.my_data, name="my_data"),
    path("accounts/my-data/export/", web.export_me, name="export_me"),
    path("accounts/my-data/erase/", web.erase_me, name="erase_me"),
    path("people/", web.people, name="people"),
    path("people/<int:person_id>/erase/", web.erase, name="erase"),
]
