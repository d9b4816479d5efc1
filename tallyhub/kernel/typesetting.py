"""A PDF from a template and its data, with the fonts of the typesetter's own package and without any network.

The typesetter keeps what it has learnt for as long as its process lives, so it gets one of its own for each document:
this file is both the caller and, run as a script, that process.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

SECONDS_MAX = 60
AT_ONCE_MAX = 2  # of one web worker: each takes a processor, and up to 200 MiB
_places = BoundedSemaphore(AT_ONCE_MAX)


def pdf(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """The same template, data and instant give the same bytes. ``data`` is what JSON can say.

    Raises Busy where others are being made; CalledProcessError or TimeoutExpired where a template of ours is wrong, or
    the machine is too slow.
    """
    from tallyhub.kernel.errors import Busy  # here, because the process of its own knows no package of ours

    if not _places.acquire(blocking=False):
        raise Busy("typesetting_busy")
    try:
        return _run(template, data, made_at)
    finally:
        _places.release()


def _run(template: Path, data: Mapping[str, Any], made_at: datetime) -> bytes:
    order = {"template": template.read_text(), "data": json.dumps(data), "made_at": int(made_at.timestamp())}
    # -I: or this folder would come first, and its http.py before the library's.
    command = [sys.executable, "-I", __file__]
    done = subprocess.run(
        command, input=json.dumps(order).encode(), capture_output=True, check=True, timeout=SECONDS_MAX
    )
    return done.stdout


def _typeset() -> None:
    import typst

    order = json.load(sys.stdin)
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(
        order["template"].encode(), font_paths=fonts, ignore_system_fonts=True, sys_inputs={"data": order["data"]}
    )
    made_at = datetime.fromtimestamp(order["made_at"], UTC)
    made = compiler.compile(format="pdf", timestamp=made_at)
    if isinstance(made, bytes):
        sys.stdout.buffer.write(made)


if __name__ == "__main__":
    _typeset()
