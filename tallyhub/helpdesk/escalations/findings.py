"""What has no business in evidence: personal data, and secrets that open something. And hints at a vulnerability. Pure.

A finding is a warning and no proof: whoever sends it looks, and says so.
"""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from enum import StrEnum
from hashlib import sha256

SCANNED_MAX = 4 * 1024 * 1024  # bytes of a file that are looked through
_HEAD = 512  # bytes by which a file is told from a text


class Finding(StrEnum):
    MAIL = "mail"
    PHONE = "phone"
    PASSWORD = "password"  # noqa: S105 - a word, no secret
    TOKEN = "token"  # noqa: S105
    PRIVATE_KEY = "private_key"
    COOKIE = "cookie"
    LONG = "long"  # a file that goes on beyond what is looked through


_PATTERNS: tuple[tuple[Finding, re.Pattern[str]], ...] = (
    (Finding.MAIL, re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    # With a country's number, or as one is dialled at home; days, times and addresses of machines look otherwise.
    (
        Finding.PHONE,
        re.compile(r"(?<![\w.:+])(?:\+\d{1,3}[ ./()-]{0,2}|0\d{1,4}[ /()-]{1,3})\d[\d ./()-]{5,18}\d(?![\w:])"),
    ),
    (
        Finding.PASSWORD,
        re.compile(
            r"(?:password|passwd|passphrase|\bpwd|passwort|kennwort|contraseña|parola d.ordine|пароль)"
            r"[\"']?\s{0,4}[:=]\s{0,4}[\"']?[^\s\"'&,;]{3}",
            re.IGNORECASE,
        ),
    ),
    (Finding.TOKEN, re.compile(r"\beyJ[\w-]{10,2000}\.[\w-]{10,}")),  # a JSON web token
    (Finding.TOKEN, re.compile(r"\b(?:bearer|basic)\s{1,4}[\w.~+/-]{16,}", re.IGNORECASE)),
    (Finding.TOKEN, re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abpors]-|sk-|whsec_|AKIA)[\w-]{12,}")),
    (
        Finding.TOKEN,
        re.compile(
            r"(?:api[_-]?key|access[_-]?token|refresh[_-]?token|id[_-]?token|client[_-]?secret|sig(?:nature)?)"
            r"[\"']?\s{0,4}[:=]\s{0,4}[\"']?[\w.~+/%-]{12}",
            re.IGNORECASE,
        ),
    ),
    (Finding.PRIVATE_KEY, re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")),
    (Finding.COOKIE, re.compile(r"^\s{0,8}(?:set-)?cookie\s{0,2}:\s{0,2}\S+=", re.IGNORECASE | re.MULTILINE)),
    (Finding.COOKIE, re.compile(r"\"name\"\s{0,4}:\s{0,4}\"(?:set-)?cookie\"", re.IGNORECASE)),  # of a HAR
    (Finding.COOKIE, re.compile(r"\"cookies\"\s{0,4}:\s{0,4}\[\s{0,200}\{", re.IGNORECASE)),
)
_VULNERABLE = re.compile(
    r"vulnerab|уязвим|vulnerabil|schwachstelle|sicherheitslücke|\bcve-\d|\bexploit|\bxss\b|\bcsrf\b|\bssrf\b"
    r"|\bsql.injection|code execution|\brce\b|privilege escalation|bypass\w* (?:the )?(?:auth|login|sign-in)"
    r"|\bзero-day|zero.day|эксплойт|escalada de privilegios|rechteausweitung",
    re.IGNORECASE,
)
_EXECUTABLE_ENDINGS = frozenset(
    {"exe", "dll", "com", "scr", "msi", "bat", "cmd", "ps1", "psm1", "vbs", "vbe", "js", "jse", "wsf", "hta", "jar"}
    | {"sh", "app", "apk", "deb", "rpm", "dmg", "pif", "cpl", "lnk", "reg", "iso", "img"}
)
_EXECUTABLE_HEADS = (
    *(b"MZ", b"\x7fELF", b"#!", b"\xfe\xed\xfa"),
    *(b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe"),
)


def find_in(text: str) -> frozenset[Finding]:
    """Takes time in proportion to the text: nothing in a pattern repeats without a limit inside what repeats."""
    return frozenset(finding for finding, pattern in _PATTERNS if pattern.search(text))


def find_in_bytes(content: bytes) -> frozenset[Finding]:
    """Of a file that is a text, in whatever way it was written; in what is none nothing is looked for. ``content``: one
    byte more than is looked through says that there is more.
    """
    encoding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    if encoding == "utf-8" and b"\0" in content[:_HEAD]:
        return frozenset()
    found = find_in(content[:SCANNED_MAX].decode(encoding, "replace"))
    return found | {Finding.LONG} if len(content) > SCANNED_MAX else found


def hints_at_vulnerability(texts: Iterable[str]) -> bool:
    return any(_VULNERABLE.search(one) for one in texts)


def is_executable(name: str, head: bytes) -> bool:
    """By how it begins or what it is called: nobody looks at evidence by running it."""
    return name.rstrip(". ").rpartition(".")[2].casefold() in _EXECUTABLE_ENDINGS or head.startswith(_EXECUTABLE_HEADS)


def seal(found: Mapping[str, Iterable[Finding]]) -> str:
    """Names what was found where, so that having looked at it counts for nothing else. Empty: nothing was found."""
    lines = [f"{where}:{','.join(sorted(what))}" for where, what in sorted(found.items()) if what]
    return sha256("\n".join(lines).encode()).hexdigest()[:16] if lines else ""
