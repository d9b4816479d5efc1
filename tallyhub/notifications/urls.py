from django.urls import URLPattern, path

from tallyhub.notifications import web

app_name = "notifications"
urlpatterns: list[URLPattern] = [path("mail/unsubscribe/<str:reader>/", web.unsubscribe, name="unsubscribe")]
