from django.urls import URLPattern, URLResolver, path

from tallyhub.articles.editing import web as editing
from tallyhub.articles.reading import web as reading

app_name = "articles"
urlpatterns: list[URLPattern | URLResolver] = [
    path("resources/", reading.articles, name="list"),
    path("resources/<int:article_id>/", reading.article, name="article"),
    path("resources/<int:article_id>/answer/", reading.answer, name="answer"),
    path("resources/edit/", editing.articles, name="edit"),
    path("resources/edit/csv/", editing.articles_csv, name="edit_csv"),
    path("resources/edit/new/", editing.new, name="edit_new"),
    path("resources/edit/<int:article_id>/", editing.article, name="edit_article"),
    path("resources/edit/<int:article_id>/withdraw/", editing.withdraw, name="edit_withdraw"),
    path("resources/edit/<int:article_id>/discard/", editing.discard, name="edit_discard"),
]
