from django.urls import path

from tallyhub.assessments import question_web, run_web, web

app_name = "assessments"
urlpatterns = [
    path("assessments/", web.overview, name="overview"),
    path("assessments/result-schema.json", web.schema, name="schema"),
    path("assessments/upload/", run_web.upload, name="upload"),
    path("assessments/uploads/<int:intake_id>/", run_web.intake, name="intake"),
    path("assessments/set-up/", web.new, name="new"),
    path("assessments/definitions/<int:definition_id>/", web.definition, name="definition"),
    path("assessments/set-ups/<int:set_up_id>/", web.set_up, name="set_up"),
    path("assessments/set-ups/<int:set_up_id>/end/", web.end, name="end"),
    path("assessments/set-ups/<int:set_up_id>/questions/", question_web.questions, name="questions"),
    path("assessments/set-ups/<int:set_up_id>/questions/finish/", question_web.finish, name="finish"),
    path("assessments/set-ups/<int:set_up_id>/questions/discard/", question_web.discard, name="discard"),
    path("assessments/runs/<int:run_id>/", run_web.run, name="run"),
    path("assessments/runs/<int:run_id>/findings.csv", run_web.findings_csv, name="findings_csv"),
    path("assessments/runs/<int:run_id>/withdraw/", run_web.withdraw, name="withdraw"),
    path("assessments/runs/<int:run_id>/findings/<int:finding_id>/", run_web.finding, name="finding"),
]
