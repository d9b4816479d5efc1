"""What is new in an answer by mail: everything above what its writer's program quotes. Pure.

The hub's own line is found in every language, because of the signs around it. Where a program took it out, the line
with which the five languages' programs begin a quotation is looked for; and at last the quoted lines at the end.
"""

import re

MARK = "##- %s -##"  # around the words that the hub writes above a mail
LINES_MAX = 5_000  # of an answer; nothing that somebody types has more
_BLANK = "\u00a0\u200b\ufeff"
_OURS = re.compile(r"##-.*-##")
_LINE_MAX = 400  # characters; a longer one begins no quotation
# "On Monday, … wrote:". Each expression looks for a word alone: a line may be made to be read for hours.
_BEGINS = re.compile(r"(on|am|el|il)\b", re.IGNORECASE)
_WROTE = re.compile(r"\b(wrote|schrieb|escribió|escribio|ha scritto|пишет|написала?|писала?(\(а\))?)", re.IGNORECASE)
_HEADED = re.compile(
    r"[-_\s]*(original message|ursprüngliche nachricht|original-nachricht|mensaje original|messaggio originale|"
    r"исходное сообщение|forwarded message)[-_\s]*",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(from|von|de|da|от)\s*:\*?\s.*", re.IGNORECASE)
_SENT = re.compile(
    r"\*?(sent|date|gesendet|datum|enviado( el)?|fecha|inviato|data|отправлено|дата)\s*:\*?\s.*", re.IGNORECASE
)
_DATED = re.compile(r"@|\b(19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b")
_RULE = re.compile(r"_{20,}|-{20,}")


def cut_quotation(text: str) -> str:
    """The answer alone. Empty where nothing is above the quotation.

    Whoever answers between or below the quoted lines gets all of it: rather a line too many than one lost.
    """
    lines = [line.strip(_BLANK).rstrip() for line in text.replace("\r\n", "\n").split("\n")[:LINES_MAX]]
    end = next((at for at in range(len(lines)) if _begins_quotation(lines, at)), len(lines))
    if _is_answered_inside(lines[end:]):
        end = len(lines)
    while end and (not lines[end - 1].strip() or _is_quoted(lines[end - 1])):
        end -= 1
    return "\n".join(_without_signature(lines[:end])).strip()


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _is_answered_inside(quotation: list[str]) -> bool:
    """Something unquoted stands below a quoted line, and is no signature."""
    first = next((at for at, line in enumerate(quotation) if _is_quoted(line)), len(quotation))
    below = quotation[first:]
    below = below[: below.index("--")] if "--" in below else below
    return any(line.strip() and not _is_quoted(line) for line in below)


def _begins_quotation(lines: list[str], at: int) -> bool:
    line = lines[at].lstrip("> ").strip()
    if not line:
        return False
    if _OURS.search(line[:_LINE_MAX]):
        return True
    if len(line) > _LINE_MAX or lines[at].lstrip().startswith(">"):
        return False
    following = [one.strip() for one in lines[at + 1 : at + 4]]
    return bool(
        _HEADED.fullmatch(line)
        or _is_wrote(line, following)
        or (_FROM.fullmatch(line) and any(_SENT.fullmatch(one[:_LINE_MAX]) for one in following))
        or (_RULE.fullmatch(line) and following and _FROM.fullmatch(following[0][:_LINE_MAX]))
    )


def _is_wrote(line: str, following: list[str]) -> bool:
    """It names a time or an address, or quoted lines come next: an answer may say what somebody wrote, too.

    A program may break it into two lines.
    """
    if _says_wrote(line):
        next_one = next(filter(None, following), "")
        return bool(_DATED.search(line)) or next_one.startswith(">")
    joined = f"{line} {following[0]}" if following else line
    is_broken = len(joined) <= _LINE_MAX and not line.endswith(":") and bool(_DATED.search(line))
    return is_broken and _says_wrote(joined)


def _says_wrote(line: str) -> bool:
    is_begun = _BEGINS.match(line) or _DATED.search(line)
    return line.endswith(":") and bool(is_begun) and bool(_WROTE.search(line))


def _without_signature(lines: list[str]) -> list[str]:
    """Without what stands below the line of two hyphens and a blank, whose blank the reading has taken away."""
    for at in range(len(lines) - 1, max(len(lines) - 12, 0), -1):
        if lines[at] == "--":
            return lines[:at]
    return lines
