from django.urls import URLPattern, path

from tallyhub.people.invitations import join_web, web

from tallyhub.people.sign_in import urls as sign_in

app_name = "people"
urlpatterns: list[URLPattern] = [*sign_in.urlpatterns]
urlpatterns: list[URLPattern] = [
    path("invitations/<str:token>/", join_web.invitation, name="invitation"),
    path("invitations/<str:token>/ask/", join_web.ask, name="invitation_ask"),
    path("users/invite/", web.invite, name="invite"),
    path("users/invite/send/", web.send, name="invite_send"),
    path("users/invitations/<int:invitation_id>/resend/", web.resend, name="invitation_resend"),
    path("users/invitations/<int:invitation_id>/revoke/", web.revoke, name="invitation_revoke"),
]
