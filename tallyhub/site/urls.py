"""Every address of the hub."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path

from tallyhub.site import errors

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tallyhub.activity.urls")),
    path("", include("tallyhub.organizations.urls")),
    path("accounts/", include("tallyhub.accounts.urls")),
    path("api/v1/", include("tallyhub.integrations.api.urls")),
    # Of allauth's pages those that need no mail; sign-up is closed and reset comes with the mail.
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/password/change/", allauth_views.password_change, name="account_change_password"),
    path("accounts/reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
]

handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.fault
