"""Every address of the hub."""

from allauth.account import views as allauth_views
from django.urls import URLPattern, URLResolver, include, path, re_path

from tallyhub.accounts import web as accounts
from tallyhub.site import errors
from tallyhub.site.demo import web as demo

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tallyhub.activity.urls")),
    path("", include("tallyhub.assessments.urls")),
    path("", include("tallyhub.organizations.urls")),
    path("", include("tallyhub.health.urls")),
    path("", include("tallyhub.messages.urls")),
    path("", include("tallyhub.people.urls")),
    path("", include("tallyhub.office.urls")),
    path("", include("tallyhub.engagements.urls")),
    path("", include("tallyhub.support.urls")),
    path("", include("tallyhub.helpdesk.urls")),
    path("", include("tallyhub.partners.urls")),
    path("", include("tallyhub.learning.urls")),
    path("", include("tallyhub.notifications.urls")),
    path("", include("tallyhub.privacy.urls")),
    path("demo/mail/", demo.mails, name="demo_mails"),
    path("demo/mail/<slug:key>/", demo.mail, name="demo_mail"),
    path("demo/mail/<slug:key>/html/", demo.mail_html, name="demo_mail_html"),
    path("", include("tallyhub.integrations.urls")),
    path("accounts/", include("tallyhub.accounts.urls")),
    path("api/v1/", include("tallyhub.integrations.api.urls")),
    path("api/xapi/", include("tallyhub.learning.xapi.urls")),
    # Of allauth's pages those that are needed: sign-up is closed.
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/password/change/", allauth_views.password_change, name="account_change_password"),
    path("accounts/password/none/", accounts.no_password, name="account_set_password"),
    path("accounts/password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path("accounts/password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        allauth_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("accounts/reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
]

handler400 = errors.unreadable
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.fault
