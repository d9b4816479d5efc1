"""From the composer to the readers, through the browser's own requests."""

import re
from typing import Any

from django.test import Client

FORM = {
    "message_class": "operational", "category": "plan", "severity": "high", "audience": "holders", "zone": "UTC",
    "title_en": "The old console goes", "body_en": "Move to the *new* one.", "act_by_on": "2027-03-01",
}  # fmt: skip


def test_an_editor_previews_sends_and_both_read(centre: Any, client: Client) -> None:
    client.force_login(centre.editor)
    assert client.get("/messages/edit/").status_code == 200
    assert client.get("/messages/edit/new/").status_code == 200
    form = {**FORM, "products": [centre.search.pk]}
    preview = client.post("/messages/edit/new/", {**form, "act": "preview"})
    page = preview.content.decode()
    assert preview.status_code == 200, page
    assert "Birch" in page
    assert "Maple" in page
    assert "Cedar" not in page
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{32})"', page)
    answer = client.post("/messages/edit/new/", {**form, "act": "publish", "seen": seen})
    assert answer.status_code == 302, answer.content.decode()
    for path in (answer["Location"], answer["Location"] + "correct/", "/messages/edit/"):
        assert "The old console goes" in client.get(path).content.decode(), path
    for who in (centre.stranger, centre.agent, centre.maple_admin):
        client.force_login(who)
        listed = client.get("/messages/").content.decode()
        [href] = re.findall(r'href="(/messages/[0-9]+/)"', listed)
        message = client.get(href).content.decode()
        assert "<em>new</em>" in message
        assert "1 March 2027" in message
        assert "The old console goes" in client.get("/messages/log/").content.decode()
    client.force_login(centre.member)
    assert "The old console goes" not in client.get("/messages/").content.decode()
    assert client.get(href).status_code == 404
