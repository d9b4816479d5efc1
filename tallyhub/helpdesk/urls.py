from django.urls import URLPattern, URLResolver

from tallyhub.helpdesk.intake.urls import urlpatterns as intake
from tallyhub.helpdesk.queue.urls import urlpatterns as queue

app_name = "helpdesk"
urlpatterns: list[URLPattern | URLResolver] = [
    *intake,
    *queue,
]
