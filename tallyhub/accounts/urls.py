from django.urls import URLPattern, path

from tallyhub.accounts import web

app_name = "accounts"
urlpatterns: list[URLPattern] = [path("profile/", web.profile, name="profile")]
