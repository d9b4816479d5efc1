from django.urls import URLPattern, URLResolver

from tallyhub.helpdesk.escalations.urls import urlpatterns as escalations
from tallyhub.helpdesk.provider_desk.urls import urlpatterns as provider_desk

app_name = "helpdesk"
urlpatterns: list[URLPattern | URLResolver] = [
    *escalations,
    *provider_desk,
]
