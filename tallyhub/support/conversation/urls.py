from django.urls import URLPattern, path

from tallyhub.support.conversation import refused, web

_REQUEST = "support/requests/<slug:number>/"
urlpatterns: list[URLPattern] = [
    path("support/queue/refused/", refused.refused, name="refused"),
    path("support/queue/refused/rows/", refused.refused_rows, name="refused_rows"),
    path(f"{_REQUEST}conversation/", web.conversation, name="conversation"),
    path(f"{_REQUEST}say/", web.say, name="say"),
    path(f"{_REQUEST}note/", web.note, name="note"),
    path(f"{_REQUEST}files/<int:file_id>/", web.file, name="file"),
    path(f"{_REQUEST}note-files/<int:file_id>/", web.note_file, name="note_file"),
]
