from django.urls import URLPattern, URLResolver

from tallyhub.helpdesk.baseline.urls import urlpatterns as baseline
from tallyhub.helpdesk.gates.urls import urlpatterns as gates
from tallyhub.helpdesk.intake.urls import urlpatterns as intake
from tallyhub.helpdesk.queue.urls import urlpatterns as queue

app_name = "helpdesk"
urlpatterns: list[URLPattern | URLResolver] = [
    *baseline,
    *gates,
    *intake,
    *queue,
]
