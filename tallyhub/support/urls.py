from django.urls import URLPattern, URLResolver, include, path

app_name = "support"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tallyhub.support.conversation.urls")),
    path("", include("tallyhub.support.placement.urls")),
    path("", include("tallyhub.support.time.urls")),
    path("", include("tallyhub.support.work.urls")),
    path("", include("tallyhub.support.requests.urls")),
]
