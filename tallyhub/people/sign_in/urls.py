from django.urls import URLPattern, path

from tallyhub.people.sign_in import door, web

urlpatterns: list[URLPattern] = [
    path("account-policy/", web.account_policy, name="account_policy"),
    path("account-policy/workspaces/<int:workspace_id>/allow/", web.allow, name="personal_allow"),
    path("account-policy/workspaces/<int:workspace_id>/refuse/", web.refuse, name="personal_refuse"),
    path("account-policy/domains/claim/", web.claim_domain, name="domain_claim"),
    path("account-policy/domains/set/", web.set_domain, name="domain_set"),
    path("account-policy/domains/<int:domain_id>/check/", web.check_domain, name="domain_check"),
    path("account-policy/domains/<int:domain_id>/remove/", web.remove_domain, name="domain_remove"),
    path("account-policy/provider/", web.provider, name="provider"),
    path("account-policy/provider/test/", web.test_provider, name="provider_test"),
    path("account-policy/provider/remove/", web.remove_provider, name="provider_remove"),
    path("account-policy/groups/add/", web.add_group, name="directory_group_add"),
    path("account-policy/groups/<int:group_id>/remove/", web.remove_group, name="directory_group_remove"),
    path("accounts/sso/", door.find, name="sso_find"),
    path("accounts/sso/<slug:slug>/", door.offer, name="sso"),
    path("accounts/sso/<slug:slug>/go/", door.go, name="sso_go"),
    path("accounts/sso/<slug:slug>/return/", door.come_back, name="sso_return"),
]
