"""From the editor to the reader and to whoever supports them, through the browser's own requests."""

import re
from typing import Any


def test_a_customer_searches_reads_and_comes_to_its_partner_where_it_did_not_help(
    desk: Any, as_: Any
) -> None:  # S003-49
    editor = as_(desk.editor)
    form = {
        "title_en": "Restore a backup", "body_en": "Open the **console** and choose a day.",
        "title_de": "Eine Sicherung zurückholen", "body_de": "Öffnen Sie die Konsole.", "products": [desk.search.pk],
    }  # fmt: skip
    assert editor.get("/resources/edit/new/").status_code == 200
    preview = editor.post("/resources/edit/new/", {**form, "act": "preview"})
    assert "<strong>console</strong>" in preview.content.decode()
    made = editor.post("/resources/edit/new/", {**form, "act": "publish"})
    assert made.status_code == 302, made.content.decode()
    reader = as_(desk.stranger)
    listed = reader.get("/resources/?text=restor").content.decode()
    [href] = re.findall(r'href="(/resources/[0-9]+/)"', listed)
    page = reader.get(href).content.decode()
    assert "<strong>console</strong>" in page
    assert "Did this solve it?" in page
    answer = reader.post(f"{href}answer/", {"number": "1", "solved": "no"})
    assert answer["Location"] == f"/technical-support/?product={desk.search.pk}"
    assert reader.get(answer["Location"]).status_code == 200
    edited = editor.get(made["Location"]).content.decode()
    assert "0 of 1 answers say that it solved it" in edited
    assert editor.get("/resources/edit/").status_code == 200
