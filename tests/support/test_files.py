"""Files of messages and notes (R4.3): what is kept, how it is served, and what is left of what failed."""

import io
import os
import stat
import zipfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from tallyhub.kernel import clock
from tallyhub.kernel.errors import Invalid
from tallyhub.site import backup
from tallyhub.support import jobs
from tallyhub.support.conversation import commands, media, storage
from tallyhub.support.conversation.rules import read_file_name
from tallyhub.support.conversation.storage import Sent
from tallyhub.support.models import File, Message, NoteFile, Request
from tests.make import give_request, make_request
from tests.support.saying import PNG, address, bare, inside, say, text_of, upload
from tests.world import NOW


@pytest.fixture
def north(world: SimpleNamespace) -> Request:
    for path in on_disk():  # of an earlier test
        path.unlink()
    return make_request(world.north)


def on_disk() -> list[Path]:
    return [path for path in (settings.TALLYHUB.files_dir / storage.FOLDER).rglob("*") if path.is_file()]


def smaller(megabytes: int = 1) -> override_settings:
    return override_settings(TALLYHUB=settings.TALLYHUB.model_copy(update={"file_megabytes": megabytes}))


def test_a_file_comes_back_as_it_was_sent(world: SimpleNamespace, north: Request, client: Any) -> None:
    give_request(north, world.member)
    client.force_login(world.member)
    content = b"line\n" * 300_000
    say(client, north, "", upload("Protokoll März.log", content))
    kept = File.objects.using("owner").get()
    assert (kept.name, kept.size, kept.media_type) == ("Protokoll März.log", len(content), "text/plain")
    [path] = on_disk()
    assert path.name == kept.key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    client.force_login(world.engineer)
    assert "Protokoll März.log" in text_of(client, north)
    answer = client.get(address("file", north, kept.pk))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    ("name", "content", "said", "found"),
    [
        ("a.png", b"<html><script>alert(1)</script>", "image/png", "text/plain"),
        ("a.html", b"<html><script>alert(1)</script>", "text/html", "text/plain"),
        ("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml", "text/plain"),
        ("a.txt", PNG, "text/html", "image/png"),
        ("a.pdf", b"MZ\x90\x00\x03", "application/pdf", "application/octet-stream"),
        ("a.gif", b"GIF89a/*<script>*/", "text/html", "image/gif"),
        ("a.jpg", b"", "image/jpeg", "text/plain"),
    ],
)
def test_what_a_file_is_says_its_content_alone(
    world: SimpleNamespace, north: Request, client: Any, name: str, content: bytes, said: str, found: str
) -> None:
    client.force_login(world.admin)
    say(client, north, "x", upload(name, content, said))
    kept = File.objects.using("owner").get()
    answer = client.get(address("file", north, kept.pk))
    assert answer["Content-Type"].partition(";")[0] == kept.media_type == found
    assert answer["Content-Disposition"].partition(";")[0] == ("inline" if found in media.PICTURES else "attachment")
    answer.close()


def test_pictures_are_shown_and_nothing_else(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    say(client, north, "x", upload("a.png", PNG), upload("b.png", b"<svg/>"))
    first, second = File.objects.using("owner").order_by("pk")
    page = text_of(client, north)
    assert f'<img src="{address("file", north, first.pk)}"' in page
    assert f'<img src="{address("file", north, second.pk)}"' not in page


@pytest.mark.parametrize("who", ["member", "stranger", "reader"])
def test_a_file_is_there_for_whoever_sees_the_request(
    world: SimpleNamespace, north: Request, client: Any, who: str
) -> None:  # R1.5
    other = make_request(world.north)
    give_request(other, world.member)
    client.force_login(world.admin)
    say(client, north, "x", upload("a.log"))
    client.cookies.clear()  # with the message that it is sent
    kept = File.objects.using("owner").get()
    client.force_login(getattr(world, who))
    absent = address("file", north, kept.pk + 1)
    for hidden in (address("file", north, kept.pk), address("file", other, kept.pk)):  # nor through another request
        answers = [client.get(one) for one in (hidden, absent)]
        assert {one.status_code for one in answers} == {404}
        first, second = (
            bare(one.content).replace(at.encode(), b"") for one, at in zip(answers, (hidden, absent), strict=True)
        )
        assert first == second


def test_a_file_of_a_note_is_staffs_alone(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.engineer)
    say(client, north, "x", upload("dump.log"), to="note")
    kept = NoteFile.objects.using("owner").get()
    assert "dump.log" in text_of(client, north)
    answer = client.get(address("note_file", north, kept.pk))
    assert b"".join(answer.streaming_content) == b"hello"
    assert client.get(address("file", north, kept.pk)).status_code == 404
    client.force_login(world.admin)
    assert "dump.log" not in text_of(client, north)
    assert client.get(address("note_file", north, kept.pk)).status_code == 404


# What is refused


def test_too_large_a_file_is_refused_in_words_and_nothing_is_left(
    world: SimpleNamespace, north: Request, client: Any
) -> None:
    client.force_login(world.admin)
    with smaller():
        for large in (1024 * 1024 + 1, 3 * 1024 * 1024):
            answer = say(client, north, "See the log", upload("a.log"), upload("big.log", b"x" * large))
            assert answer.status_code == 400
            text = answer.content.decode()
            assert "big.log is larger than 1 MB" in text
            assert "See the log" in text
        assert on_disk() == []
        assert Message.objects.using("owner").count() == 0
        assert say(client, north, "x", upload("a.log", b"x" * 1024 * 1024)).status_code == 302


def test_too_many_files_are_refused(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    answer = say(client, north, "x", *(upload(f"{n}.log") for n in range(11)))
    assert answer.status_code == 400
    assert "More than 10 files" in answer.content.decode()
    assert on_disk() == []


def test_an_archive_is_kept_as_it_is(world: SimpleNamespace, north: Request, client: Any) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../zeros", b"\0" * 50_000_000)
    client.force_login(world.admin)
    say(client, north, "x", upload("a.zip", bomb.getvalue()))
    kept = File.objects.using("owner").get()
    assert (kept.media_type, kept.size) == ("application/zip", len(bomb.getvalue()))
    assert [path.stat().st_size for path in on_disk()] == [kept.size]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.log", "a.log"),
        ("a\r\nSet-Cookie: x.log", "a Set-Cookie: x.log"),
        ("photo\u202egnp.exe", "photo gnp.exe"),
        ("\x00\x07", ""),
        ("x" * 300 + ".log", "x" * 196 + ".log"),
    ],
)
def test_a_name_is_one_line_and_no_path(sent: str, kept: str) -> None:
    assert read_file_name(sent) == kept


# Bytes and rows


def test_bytes_without_a_row_are_gone(world: SimpleNamespace, north: Request) -> None:
    access = inside(world.admin, world.cedar)

    def fail_with(number: str, body: str) -> None:
        with storage.keeping([Sent("a", 5, lambda: [b"hello"])]) as kept:
            assert len(on_disk()) == 1
            commands.say(access, number, body=body, files=kept)

    with pytest.raises(Request.DoesNotExist):
        fail_with("1", "x")
    with pytest.raises(Invalid):
        fail_with(north.number, "x" * 60_000)
    assert on_disk() == []


def test_what_breaks_off_while_it_is_sent_leaves_nothing(world: SimpleNamespace, north: Request) -> None:
    def breaking() -> Any:
        yield b"half"
        raise OSError

    sent = [Sent("a", 5, lambda: [b"hello"]), Sent("b", 5, breaking)]
    with pytest.raises(OSError), storage.keeping(sent):
        pass  # pragma: no cover
    assert on_disk() == []


def test_orphans_are_cleared_after_a_day_and_nothing_else(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.engineer)
    say(client, north, "x", upload("a.log"))
    say(client, north, "x", upload("b.log"), to="note")
    named = {path.name for path in on_disk()}
    with (
        storage.keeping([Sent("a", 5, lambda: [b"hello"])]) as [orphan],
        storage.keeping([Sent("b", 5, lambda: [b"hello"])]) as [young],
    ):
        pass
    for path in on_disk():
        if path.name != young.key:
            os.utime(path, (NOW.timestamp(), NOW.timestamp()))
        else:
            os.utime(path, ((NOW + timedelta(days=1)).timestamp(),) * 2)
    with clock.frozen(NOW + timedelta(days=1, minutes=1)):
        jobs.clear_files(0)
    assert {path.name for path in on_disk()} == named | {young.key}
    assert orphan.key not in named


def test_a_backup_holds_them(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    say(client, north, "x", upload("a.log"))
    [path] = on_disk()
    names = {name for name, _ in backup._private_files(settings.TALLYHUB)}
    assert f"files/support/{path.name[:2]}/{path.name}" in names


def test_a_file_whose_bytes_are_gone_says_so(world: SimpleNamespace, north: Request, client: Any) -> None:
    client.force_login(world.admin)
    say(client, north, "x", upload("a.log"))
    on_disk()[0].unlink()
    answer = client.get(address("file", north, File.objects.using("owner").get().pk))
    assert answer.status_code == 409
