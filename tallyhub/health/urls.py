from django.urls import URLPattern, URLResolver, path

from tallyhub.health.board import web as board
from tallyhub.health.catalogue import web as catalogue
from tallyhub.health.editing import web as editing
from tallyhub.health.public import web as public
from tallyhub.health.subscribing import web as subscribing

app_name = "health"
urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", board.overview, name="overview"),
    path("health/history/", board.history, name="history"),
    path("health/events/<int:event_id>/", board.event, name="event"),
    path("health/mail/", subscribing.subscriptions, name="subscriptions"),
    path("health/edit/", editing.events, name="edit"),
    path("health/edit/new/<slug:kind>/", editing.new, name="edit_new"),
    path("health/edit/<int:event_id>/", editing.event, name="edit_event"),
    path("health/edit/<int:event_id>/change/", editing.change, name="edit_change"),
    path("health/edit/components/", catalogue.components, name="components"),
    path("health/edit/components/add/", catalogue.add, name="component_add"),
    path("health/edit/components/<slug:sort>/<int:part_id>/", catalogue.change, name="component_change"),
    path("status/subscribe/", public.subscribe, name="visitor_subscribe"),
    path("status/confirm/<str:signed>/", public.confirm, name="visitor_confirm"),
    path("status/unsubscribe/<str:signed>/", public.unsubscribe, name="visitor_unsubscribe"),
]
