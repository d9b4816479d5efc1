from django.apps import AppConfig


class ArticlesConfig(AppConfig):
    name = "tallyhub.articles"
    label = "articles"
