from django.urls import URLPattern, URLResolver, path

from tallyhub.helpdesk.intake import contact_web, staff_web

urlpatterns: list[URLPattern | URLResolver] = [
    path("technical-support/contact/", contact_web.contact, name="contact"),
    path("helpdesk/new/", staff_web.new, name="new"),
    path("helpdesk/requests/<str:number>/price/", contact_web.accept, name="accept"),
    path("helpdesk/requests/<str:number>/give-back/", staff_web.give_back, name="give_back"),
]
