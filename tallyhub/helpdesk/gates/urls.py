from django.urls import URLPattern, URLResolver, path

from tallyhub.helpdesk.gates import web

urlpatterns: list[URLPattern | URLResolver] = [
    path("helpdesk/requests/<str:number>/", web.request_page, name="request"),
    path("helpdesk/requests/<str:number>/health/", web.check, name="check"),
    path("helpdesk/requests/<str:number>/incident/leave/", web.leave, name="leave"),
    path("helpdesk/requests/<str:number>/diagnosis/", web.diagnosis, name="diagnosis"),
    path("helpdesk/requests/<str:number>/rights/", web.need, name="need"),
    path("helpdesk/requests/<str:number>/rights/end/", web.need_none, name="need_none"),
    path("helpdesk/requests/<str:number>/consent/", web.consent, name="consent"),
    path("helpdesk/requests/<str:number>/tasks/", web.tasks, name="tasks"),
    path("helpdesk/requests/<str:number>/resolve/", web.resolve, name="resolve"),
]
