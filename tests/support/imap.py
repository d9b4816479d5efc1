"""A mail server of this machine that speaks as much IMAP as a fetcher needs (RFC 3501, UIDPLUS)."""

import re
import socketserver
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

_LITERAL_OF = re.compile(r"BODY\.PEEK\[\](?:<0\.(\d+)>)?")


@dataclass
class Stored:
    content: bytes
    flags: set[str] = field(default_factory=set)


class Mailbox:
    """``folders`` hold mails by UID. ``log`` is what was asked."""

    def __init__(self) -> None:
        self.folders: dict[str, dict[int, Stored]] = {"INBOX": {}}
        self.log: list[str] = []
        self.url = ""
        self.breaks_after = -1  # so many answers, and the connection is gone
        self._next = defaultdict(lambda: 1)

    def add(self, content: bytes, folder: str = "INBOX") -> int:
        uid = self._next[folder]
        self._next[folder] += 1
        self.folders[folder][uid] = Stored(content)
        return uid

    def unseen(self) -> list[int]:
        return [uid for uid, one in self.folders["INBOX"].items() if not {r"\Seen", r"\Deleted"} & one.flags]


class _Handler(socketserver.StreamRequestHandler):
    box: Mailbox

    def handle(self) -> None:
        self.folder = ""
        self.wfile.write(b"* OK ready\r\n")
        for answered, raw in enumerate(self.rfile):
            tag, _, asked = raw.decode().strip().partition(" ")
            self.box.log.append(asked)
            if self.box.breaks_after == answered:
                return
            untagged, status = self._answer(asked)
            self.wfile.write(untagged + f"{tag} {status} done\r\n".encode())
            if asked == "LOGOUT":
                return

    def _answer(self, asked: str) -> tuple[bytes, str]:
        words = asked.split(" ")
        verb = words[1] if words[0] == "UID" else words[0]
        known = getattr(self, f"_{verb.lower()}", None)
        return known(asked, words) if known else (b"", "BAD unknown")

    def _capability(self, *_: Any) -> tuple[bytes, str]:
        return b"* CAPABILITY IMAP4rev1 UIDPLUS\r\n", "OK"

    def _login(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        return b"", "OK" if asked == 'LOGIN "hub" "secret word"' else "NO"

    def _select(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        self.folder = asked.partition('"')[2].rstrip('"')
        return b"* 1 EXISTS\r\n", "OK" if self.folder in self.box.folders else "NO"

    def _search(self, *_: Any) -> tuple[bytes, str]:
        return f"* SEARCH {' '.join(map(str, self.box.unseen()))}\r\n".encode(), "OK"

    def _fetch(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        uid = int(words[2])
        content = self.box.folders[self.folder][uid].content
        if "RFC822.SIZE" in asked:
            return f"* 1 FETCH (UID {uid} RFC822.SIZE {len(content)})\r\n".encode(), "OK"
        found = _LITERAL_OF.search(asked)
        assert found
        part = content[: int(found[1])] if found[1] else content
        return f"* 1 FETCH (UID {uid} BODY[] {{{len(part)}}}\r\n".encode() + part + b")\r\n", "OK"

    def _store(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        self.box.folders[self.folder][int(words[2])].flags |= set(re.findall(r"\\\w+", asked))
        return b"", "OK"

    def _create(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        self.box.folders[asked.partition('"')[2].rstrip('"')] = {}
        return b"", "OK"

    def _copy(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        target = asked.partition('"')[2].rstrip('"')
        if target not in self.box.folders:
            return b"", "NO"
        self.box.add(self.box.folders[self.folder][int(words[2])].content, target)
        return b"", "OK"

    def _expunge(self, asked: str, words: list[str]) -> tuple[bytes, str]:
        del self.box.folders[self.folder][int(words[2])]
        return b"", "OK"

    def _logout(self, *_: Any) -> tuple[bytes, str]:
        return b"* BYE\r\n", "OK"


@contextmanager
def serving() -> Iterator[Mailbox]:
    """A mailbox that is served at its address."""
    box = Mailbox()
    handler = type("Handler", (_Handler,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            box.url = f"imap://hub:secret%20word@127.0.0.1:{server.server_address[1]}"
            yield box
        finally:
            server.shutdown()
            thread.join()
