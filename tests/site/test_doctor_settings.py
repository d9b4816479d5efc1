"""What `tallyhub doctor` says of settings, disk and jobs (R10.1, R10.7)."""

from pathlib import Path
from typing import Any

import pytest

from tallyhub.site import doctor
from tallyhub.site.config import Config
from tests.site.hubs import here

LONG = "0123456789abcdef0123456789abcdef"
SETTINGS = {
    "well": ({"secret_key": LONG}, ""),
    "a short key": ({"secret_key": "short"}, "!TALLYHUB_SECRET_KEY is shorter than 32"),
    "an address with a path": ({"base_url": "https://hub.example.test/hub"}, "!TALLYHUB_BASE_URL is not of the form"),
    "no TLS": ({"base_url": "http://hub.example.test"}, "is not https"),
    "no proxy named": ({"base_url": "https://hub.example.test"}, "TALLYHUB_TRUSTED_PROXIES is not set"),
    "open to the network": ({"bind": "0.0.0.0:8000"}, "TALLYHUB_BASE_URL is not set"),
    "demo": ({"demo": True}, "TALLYHUB_DEMO is on"),
}


@pytest.mark.parametrize("case", SETTINGS)
def test_settings_that_are_wrong_together_are_named(case: str) -> None:  # R10.7
    over, expected = SETTINGS[case]
    findings = list(doctor._settings(Config(**{"secret_key": LONG} | over)))
    said = " ".join(f"{'!' if one.is_fault else ''}{one.text}" for one in findings)
    assert expected in said if expected else said == ""


def test_a_key_that_others_can_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text(LONG)
    (tmp_path / "secret-key").chmod(0o644)
    (finding,) = doctor._settings(Config(secret_key="", data_dir=tmp_path))
    assert finding.is_fault
    assert "can be read by others" in finding.text


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    assert not doctor._disk(tmp_path).is_fault
    (tmp_path / "file").touch()
    assert "cannot be written" in doctor._disk(tmp_path / "file" / "below").text


def test_jobs_that_wait_for_a_worker_are_a_fault(world: Any, owner: Any) -> None:
    assert not any(one.is_fault for one in doctor._jobs())
    owner.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, scheduled_at)"
        " VALUES ('default', 'some.task', now() - interval '1 hour')"
    )
    (fault,) = [one for one in doctor._jobs() if one.is_fault]
    assert "No job worker runs, and 1 jobs wait" in fault.text


def test_snapshots_that_are_behind_are_counted(world: Any) -> None:
    assert any("snapshots of 2 customers are behind" in one.text for one in doctor._jobs())


def test_jobs_that_failed_are_counted(world: Any, owner: Any) -> None:
    owner.execute("INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', 'x', 'failed')")
    assert any("1 jobs failed" in one.text for one in doctor._jobs())


def test_a_disk_that_is_nearly_full_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "DISK_BYTES_MIN", 2**62)
    finding = doctor._disk(tmp_path)
    assert finding.is_fault
    assert "That is little." in finding.text


def test_a_server_that_is_too_old_is_a_fault(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "POSTGRES_MIN", 99)
    finding = doctor._server(Config())
    assert finding.is_fault
    assert "at least 99 is needed" in finding.text


def test_without_the_owner_no_figure_is_looked_at(world: Any, tmp_path: Path) -> None:
    said = here(tmp_path).run("doctor", code=1, TALLYHUB_OWNER_URL="")
    assert "Set TALLYHUB_OWNER_URL: only the owner reads the figures of every customer." in said
    assert "difference" not in said


def test_differences_beyond_the_first_thousand_are_only_counted(
    world: Any, owner: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LISTED_MAX", 1)
    owner.execute("UPDATE ledger_workspacetotal SET charged = charged + 1")
    listed, *rest = doctor._figures()
    assert listed.is_fault
    assert len(rest) == 1
    assert "differences found in" in rest[0].text
