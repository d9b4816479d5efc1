from django.urls import URLPattern, URLResolver, path

from tallyhub.messages.choosing import web as choosing
from tallyhub.messages.composing import web as composing
from tallyhub.messages.reading import web as reading

app_name = "messages"
urlpatterns: list[URLPattern | URLResolver] = [
    path("messages/", reading.messages, name="list"),
    path("messages/<int:post_id>/", reading.message, name="message"),
    path("messages/health/<int:event_id>/", reading.event, name="event"),
    path("messages/mark/<slug:act>/", reading.mark, name="mark"),
    path("messages/log/", reading.log, name="log"),
    path("messages/mail/", choosing.mail, name="mail"),
    path("messages/mail/promotions/", choosing.promotions, name="promotions"),
    path("messages/edit/", composing.messages_list, name="edit"),
    path("messages/edit/new/", composing.new, name="edit_new"),
    path("messages/edit/<int:post_id>/", composing.message, name="edit_message"),
    path("messages/edit/<int:post_id>/correct/", composing.correct, name="edit_correct"),
    path("messages/edit/<int:post_id>/withdraw/", composing.withdraw, name="edit_withdraw"),
]
