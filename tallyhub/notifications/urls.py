from django.urls import URLPattern, path

from tallyhub.notifications import web
from tallyhub.notifications.addresses import web as addresses

app_name = "notifications"
urlpatterns: list[URLPattern] = [
    path("mail/unsubscribe/<str:reader>/", web.unsubscribe, name="unsubscribe"),
    path("mail/addresses/", addresses.addresses, name="addresses"),
    path("mail/addresses/<int:address_id>/remove/", addresses.remove, name="address_remove"),
]
