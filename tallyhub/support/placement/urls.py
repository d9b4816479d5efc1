from django.urls import URLPattern, path

from tallyhub.support.placement import web

urlpatterns: list[URLPattern] = [
    path("support/additional-cases/<str:key>/mend/", web.mend, name="mend"),
]
