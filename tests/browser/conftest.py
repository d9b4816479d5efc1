"""A real browser on the real thing: `tallyhub demo` as a process of its own, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tallyhub.site import postgres

START_SECONDS_MAX = 300
PASSWORD = "tallyhub-demo"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    found = os.environ.get("TALLYHUB_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if not found:
        pytest.skip("no Chromium on this machine: install one, or name it in TALLYHUB_CHROMIUM")
    return found


@pytest.fixture(scope="session")
def hub(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo's address."""
    folder: Path = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {name: value for name, value in os.environ.items() if not name.startswith("TALLYHUB_")}
    environment = ours | {"TALLYHUB_DATA_DIR": str(folder), "TALLYHUB_BIND": f"127.0.0.1:{port}"}
    environment["TALLYHUB_SIGN_IN_ALLOW_PRIVATE"] = "127.0.0.0/8"  # an identity provider of this machine
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-m", "tallyhub", "demo"], env=environment, stdout=log, stderr=log)
    try:
        _wait(process, f"http://127.0.0.1:{port}", folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
        postgres.remove(folder)


def _wait(process: "subprocess.Popen[bytes]", address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the demo ended: {log.read_text()[-2000:]}")
        try:
            urllib.request.urlopen(f"{address}/accounts/login/", timeout=5)  # noqa: S310 - our own address
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the demo does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """Ends with its module: while it runs, its event loop makes Django refuse the database to every other test."""
    from playwright.sync_api import Locator, sync_playwright

    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", _and_load(Locator.click))
        started = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        yield started
        started.close()


def _and_load(click: Callable[..., None]) -> Callable[..., None]:
    """A click ends when the page that it leads to has been read: what a test counts on it next does not wait."""

    def click_and_load(link: Any, **options: Any) -> None:
        click(link, **options)
        link.page.wait_for_load_state()

    return click_and_load


@pytest.fixture(scope="session")
def sign_ins() -> dict[tuple[str, str], Any]:
    """Signing in is limited per minute, so each account does it once and the cookies are kept."""
    return {}


@pytest.fixture
def open_page(hub: str, browser: Any, sign_ins: dict[tuple[str, str], Any]) -> Iterator[Callable[..., Any]]:
    """``open_page("admin@halden.example", "/customer-activity/", width=360, scheme="dark", script=False)``."""
    contexts = []

    def open_as(
        who: str | None, path: str, *, width: int = 1280, height: int = 900, scheme: str = "light", script: bool = True
    ) -> Any:
        if who and (hub, who) not in sign_ins:
            sign_ins[hub, who] = _sign_in(browser, hub, who)
        context = browser.new_context(
            base_url=hub,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            java_script_enabled=script,
            locale="en-GB",
            storage_state=sign_ins[hub, who] if who else None,
        )
        contexts.append(context)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()


def _sign_in(browser: Any, hub: str, who: str) -> Any:
    context = browser.new_context(base_url=hub)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.fill("[name=login]", who)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login/" not in url)
    state = context.storage_state()
    context.close()
    return state
