from django.urls import URLPattern, URLResolver, path

from tallyhub.learning.assignments import web as assignments
from tallyhub.learning.catalogue import web as catalogue
from tallyhub.learning.report import web as report
from tallyhub.learning.xapi import source_web as sources

app_name = "learning"
urlpatterns: list[URLPattern | URLResolver] = [
    path("learning/", catalogue.catalogue, name="catalogue"),
    path("learning/rows/", catalogue.catalogue_rows, name="catalogue_rows"),
    path("learning/activities/<int:activity_id>/", catalogue.activity, name="activity"),
    path("learning/activities/<int:activity_id>/start/", catalogue.start, name="start"),
    path("learning/activities/<int:activity_id>/complete/", catalogue.complete, name="complete"),
    path("learning/activities/<int:activity_id>/assign/", assignments.assign, name="assign"),
    path("learning/transcript/", catalogue.own_transcript, name="transcript"),
    path("learning/transcript/rows/", catalogue.transcript_rows, name="transcript_rows"),
    path("learning/transcript.csv", catalogue.transcript_csv, name="transcript_csv"),
    path("learning/people/", assignments.people, name="people"),
    path("learning/people/rows/", assignments.people_rows, name="people_rows"),
    path("learning/people/<int:person_id>/", assignments.person, name="person"),
    path("learning/assignments/<int:assignment_id>/withdraw/", assignments.withdraw, name="withdraw"),
    path("learning/report/", report.report, name="report"),
    path("learning/report/rows/", report.report_rows, name="report_rows"),
    path("learning/report.csv", report.report_csv, name="report_csv"),
    path("learning-systems/", sources.sources, name="sources"),
    path("learning-systems/<int:source_id>/revoke/", sources.revoke, name="source_revoke"),
]
