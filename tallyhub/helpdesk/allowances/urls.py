from django.urls import URLPattern, path

from tallyhub.helpdesk.allowances import web

urlpatterns: list[URLPattern] = [
    path("escalations/allowances/", web.allowances, name="allowances"),
    path("escalations/allowances/<int:allowance_id>/withdraw/", web.withdraw, name="allowance_withdraw"),
]
