from django.urls import URLPattern, URLResolver, path

from tallyhub.integrations.api import service

urlpatterns: list[URLPattern | URLResolver] = [
    path("openapi.json", service.openapi, name="api_contract"),
    path("docs", service.reference, name="api_reference"),
    path("", service.api.urls),
]
