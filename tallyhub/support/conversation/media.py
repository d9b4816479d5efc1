"""What a file is, by how it begins: never by its name, nor by what its sender says. Pure."""

import codecs

HEAD_BYTES = 512
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})  # the only ones that are shown
TEXT, UNKNOWN = "text/plain", "application/octet-stream"

# Where it stands, what stands there, and what it means. No type that a browser would run is among them.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),  # behind RIFF and a length
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"\xfd7zXZ\x00", "application/x-xz"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
)


def sniff(head: bytes) -> str:
    """The media type of what begins like this; a text, where every byte of it is UTF-8."""
    for place, magic, media_type in _MAGIC:
        if head[place : place + len(magic)] == magic and (place == 0 or head[:4] == b"RIFF"):
            return media_type
    return TEXT if _is_text(head) else UNKNOWN


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # the last character may be cut
    except UnicodeDecodeError:
        return False
    return True
