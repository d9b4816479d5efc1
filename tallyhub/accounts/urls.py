from django.urls import URLPattern, path

from tallyhub.accounts import web

app_name = "accounts"
urlpatterns: list[URLPattern] = [
    path("profile/", web.profile, name="profile"),
    path("tokens/", web.tokens, name="tokens"),
    path("tokens/customer/", web.customer_tokens, name="customer_tokens"),
    path("tokens/work/", web.work_tokens, name="work_tokens"),
    path("tokens/<int:token_id>/revoke/", web.revoke_token, name="revoke_token"),
]
