from django.urls import URLPattern, path

from tallyhub.engagements.catalogue import web as catalogue
from tallyhub.engagements.deliveries import web as deliveries
from tallyhub.engagements.planning import web as planning

app_name = "engagements"
_ONE = "services/engagements/<engagement_number:number>/"
_DELIVERY = "services/deliveries/<int:delivery_id>/"
urlpatterns: list[URLPattern] = [
    path("services/", catalogue.services, name="services"),
    path("services/upcoming/", planning.upcoming, name="upcoming"),
    path("services/engagements/", planning.engagements, name="engagements"),
    path(_ONE, planning.engagement, name="engagement"),
    path(f"{_ONE}plan/", planning.plan, name="plan"),
    path(f"{_ONE}schedule/", planning.schedule, name="schedule"),
    path(f"{_ONE}free/", planning.free_day, name="free_day"),
    path(f"{_ONE}decline/", planning.decline, name="decline"),
    path(f"{_ONE}cancelling/", planning.cancelling, name="cancelling"),
    path(f"{_ONE}cancel/", planning.cancel, name="cancel"),
    path(f"{_ONE}log/", deliveries.log, name="log"),
    path(f"{_ONE}finish/", deliveries.finish, name="finish"),
    path(f"{_DELIVERY}accept/", deliveries.accept, name="accept"),
    path(f"{_DELIVERY}dispute/", deliveries.dispute, name="dispute"),
    path(f"{_DELIVERY}answer/", deliveries.answer, name="answer"),
    path(f"{_DELIVERY}correct/", deliveries.correct, name="correct"),
    path("services/offer/<str:code>/", catalogue.offering, name="offering"),
    path("services/offer/<str:code>/request/", catalogue.request_service, name="request"),
]
