from django.urls import URLPattern, URLResolver, path

from tallyhub.messages.choosing import web as choosing
from tallyhub.messages.composing import web as composing
from tallyhub.messages.guide import web as guide
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
    path("which-portal/", guide.guide, name="guide"),
    path("which-portal/edit/", guide.table, name="guide_table"),
    path("which-portal/edit/rows/<int:row_id>/", guide.row, name="guide_row"),
    path("which-portal/edit/rows/<int:row_id>/remove/", guide.row_remove, name="guide_row_remove"),
    path("which-portal/edit/default/", guide.otherwise, name="guide_default"),
    path("which-portal/edit/add-issue/", guide.issue_add, name="guide_issue_add"),
    path("which-portal/edit/issues/<str:code>/", guide.issue, name="guide_issue"),
    path("which-portal/edit/issues/<str:code>/remove/", guide.issue_remove, name="guide_issue_remove"),
]
