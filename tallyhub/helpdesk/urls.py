from django.urls import URLPattern, URLResolver

from tallyhub.helpdesk.allowances.urls import urlpatterns as allowances
from tallyhub.helpdesk.baseline.urls import urlpatterns as baseline
from tallyhub.helpdesk.escalations.urls import urlpatterns as escalations
from tallyhub.helpdesk.gates.urls import urlpatterns as gates
from tallyhub.helpdesk.intake.urls import urlpatterns as intake
from tallyhub.helpdesk.mails.urls import urlpatterns as mails
from tallyhub.helpdesk.provider_desk.urls import urlpatterns as provider_desk
from tallyhub.helpdesk.queue.urls import urlpatterns as queue
from tallyhub.helpdesk.sending.urls import urlpatterns as sending

app_name = "helpdesk"
urlpatterns: list[URLPattern | URLResolver] = [
    *allowances,
    *baseline,
    *gates,
    *intake,
    *mails,
    *queue,
    *sending,
    *escalations,
    *provider_desk,
]
