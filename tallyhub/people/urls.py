from django.urls import URLPattern, path

from tallyhub.people.groups import web as groups
from tallyhub.people.invitations import join_web
from tallyhub.people.invitations import web as invitations
from tallyhub.people.rights import web as rights
from tallyhub.people.sign_in import urls as sign_in
from tallyhub.people.users import web as users

app_name = "people"
urlpatterns: list[URLPattern] = [
    *sign_in.urlpatterns,
    path("invitations/<str:token>/", join_web.invitation, name="invitation"),
    path("invitations/<str:token>/ask/", join_web.ask, name="invitation_ask"),
    path("users/invite/", invitations.invite, name="invite"),
    path("users/invite/send/", invitations.send, name="invite_send"),
    path("users/invitations/<int:invitation_id>/resend/", invitations.resend, name="invitation_resend"),
    path("users/invitations/<int:invitation_id>/revoke/", invitations.revoke, name="invitation_revoke"),
    path("users/", users.users, name="users"),
    path("users/rows/", users.users_rows, name="users_rows"),
    path("users/users.csv", users.users_csv, name="users_csv"),
    path("users/several/", users.users_bulk, name="users_bulk"),
    path("users/several/give/", users.users_give, name="users_give"),
    path("users/several/take/", users.users_take, name="users_take"),
    path("users/several/group/", users.users_group, name="users_group"),
    path("users/several/remove/", users.users_remove, name="users_remove"),
    path("users/invited/<int:invitation_id>/", users.user_invited, name="user_invited"),
    path("users/<int:person_id>/", users.user, name="user"),
    path("users/<int:person_id>/roles/", users.user_roles, name="user_roles"),
    path("users/<int:person_id>/contact/", users.user_contact, name="user_contact"),
    path("users/<int:person_id>/groups/", users.user_groups, name="user_groups"),
    path("users/<int:person_id>/administration/give/", users.user_administration_give, name="user_administration_give"),
    path("users/<int:person_id>/administration/take/", users.user_administration_take, name="user_administration_take"),
    path("users/<int:person_id>/remove/", users.user_remove, name="user_remove"),
    path("groups/", groups.groups, name="groups"),
    path("groups/make/", groups.group_make, name="group_make"),
    path("groups/<int:group_id>/", groups.group, name="group"),
    path("groups/<int:group_id>/rename/", groups.group_rename, name="group_rename"),
    path("groups/<int:group_id>/roles/", groups.group_roles, name="group_roles"),
    path("groups/<int:group_id>/delete/", groups.group_delete, name="group_delete"),
    path("groups/<int:group_id>/add/", groups.group_add, name="group_add"),
    path("groups/<int:group_id>/remove/", groups.group_remove, name="group_remove"),
    path("rights/", rights.rights, name="rights"),
    path("who/", rights.who, name="who"),
]
