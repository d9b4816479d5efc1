"""What a first visit loads, counted on the wire by a real browser: the sign-in page, then Customer activity."""

import os
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from benchmarks import data
from benchmarks.ground import Ground, Hub, serving
from benchmarks.report import Result
from benchmarks.sizes import Sizes

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync")  # fmt: skip
KIB_MAX = 200


def measure(ground: Ground, sizes: Sizes) -> Iterator[Result]:
    chromium = find_browser()
    if not chromium:
        raise RuntimeError("no Chromium on this machine: install one, or name it in TALLYHUB_CHROMIUM")
    database = data.wide(ground, sizes.entries_few)
    with serving(database) as hub:
        seen = _visit(hub, chromium)
    ours = {url: size for url, size in seen.items() if urlsplit(url).netloc == f"{hub.host}:{hub.port}"}
    kib = sum(ours.values()) / 1024
    raw = {urlsplit(url).path: size for url, size in sorted(ours.items(), key=lambda item: -item[1])}
    yield Result("first visit in KiB", kib, KIB_MAX, False, f"{len(ours)} answers with their headers", {"bytes": raw})
    foreign = sorted(set(seen) - set(ours))
    yield Result("requests to other hosts", len(foreign), 0, False, "of the first visit", {"urls": foreign})


def find_browser() -> str | None:
    return os.environ.get("TALLYHUB_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


def _visit(hub: Hub, chromium: str) -> dict[str, int]:
    """The bytes on the wire, head and body, of everything that was asked for; a page asked for twice counts twice."""
    from playwright.sync_api import sync_playwright

    from tests.make import PASSWORD

    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_QUIET))
        page = browser.new_page()
        wire = page.context.new_cdp_session(page)

        def asked(event: Any) -> None:
            if not event["request"]["url"].startswith("data:"):
                urls[event["requestId"]] = event["request"]["url"]

        def loaded(event: Any) -> None:
            if url := urls.get(event["requestId"]):
                sizes[url] = sizes.get(url, 0) + int(event["encodedDataLength"])

        wire.on("Network.requestWillBeSent", asked)
        wire.on("Network.loadingFinished", loaded)
        wire.send("Network.enable")
        page.goto(f"{hub.address}/accounts/login/?next=/customer-activity/")
        page.fill("[name=login]", f"{data.WHO}@example.test")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/customer-activity/**")
        page.wait_for_load_state("networkidle")
        browser.close()
    return {url: sizes.get(url, 0) for url in urls.values()}
