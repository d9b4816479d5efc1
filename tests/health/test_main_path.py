from types import SimpleNamespace

from django.test import Client

from tallyhub.health.public import snapshot


def test_an_editor_publishes_and_everybody_reads(health: SimpleNamespace, client: Client) -> None:
    client.force_login(health.editor)
    assert client.get("/health/edit/").status_code == 200
    page = client.get("/health/edit/new/incident/")
    assert page.status_code == 200
    said = {
        "title": "Queries fail", "text": "We look into it.", "status": "investigating", "visibility": "public",
        "reach": "everybody", "occurred_at": "2026-11-21T09:00", "zone": "UTC",
        f"component_{health.queries.pk}": "major_outage",
    }  # fmt: skip
    answer = client.post("/health/edit/new/incident/", said)
    assert answer.status_code == 302, answer.content.decode()
    assert client.get(answer["Location"]).status_code == 200
    change = client.get(answer["Location"] + "change/")
    assert change.status_code == 200
    client.force_login(health.member)
    for path in ("/health/", "/health/?all", "/health/history/", "/health/mail/"):
        got = client.get(path)
        assert got.status_code == 200
    assert "Queries fail" in client.get("/health/").content.decode()
    snapshot.publish()
    client.logout()
    for path in ("/status/", "/status/history/", "/status/feed.atom", "/api/v2/summary.json", "/status/subscribe/"):
        assert client.get(path).status_code == 200, path
