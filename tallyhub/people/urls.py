from django.urls import URLPattern

from tallyhub.people.sign_in import urls as sign_in

app_name = "people"
urlpatterns: list[URLPattern] = [*sign_in.urlpatterns]
