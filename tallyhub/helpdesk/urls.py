from django.urls import URLPattern, URLResolver

from tallyhub.helpdesk.baseline.urls import urlpatterns as baseline
from tallyhub.helpdesk.gates.urls import urlpatterns as gates

app_name = "helpdesk"
urlpatterns: list[URLPattern | URLResolver] = [
    *baseline,
    *gates,
]
