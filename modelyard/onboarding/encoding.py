"""Finds out in which encoding a text file is written, and rewrites it as UTF-8."""

import codecs
from pathlib import Path

from modelyard.errors import UsageError

UTF8 = "utf-8"
_CHUNK = 1 << 20
_EVIDENCE = 1 << 16
"""Bytes around letters beyond ASCII that are shown to the detector."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LIKELY = [
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
]


def detect(path: Path) -> str:
    """Its byte order mark's encoding, UTF-8 if it reads as that, else the likeliest."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    evidence = _not_utf8(path)
    if evidence is None:
        return UTF8
    if b"\x00" in evidence:
        raise UsageError(
            f"{path.name} is no text: it holds zero bytes.",
            remedy="CSV, Parquet or JSON lines; save a spreadsheet as CSV",
        )
    from charset_normalizer import from_bytes

    matches = from_bytes(evidence, cp_isolation=_LIKELY)
    # Neighbours differ in a letter or two: of equally good ones the commoner is taken.
    ranked = sorted((m.chaos, -m.coherence, _rank(m.encoding), m.encoding) for m in matches)
    return ranked[0][-1] if ranked else "cp1252"


def is_utf8(encoding: str) -> bool:
    """Whether an encoding that somebody named is this one; an unknown name is none."""
    try:
        return codecs.lookup(encoding).name in (UTF8, "utf-8-sig")
    except LookupError:
        return False


def require_utf8(path: Path) -> None:
    """Raise UsageError where a file that is said to be UTF-8 is not."""
    if _not_utf8(path) is not None:
        raise UsageError(
            f"{path.name} does not read as utf-8.",
            remedy="leave out --encoding to have it found out, or name another: --encoding cp1252",
        )


def _rank(encoding: str) -> int:
    return _LIKELY.index(encoding) if encoding in _LIKELY else len(_LIKELY)


def rewrite_as_utf8(path: Path, encoding: str, target: Path) -> None:
    """Decode the whole file into `target`, which has the name that people know; raises UsageError
    where its bytes are not of that encoding.
    """
    try:
        with (
            path.open(encoding=encoding, newline="") as source,
            target.open("w", encoding=UTF8, newline="") as copy,
        ):
            while chunk := source.read(_CHUNK):
                copy.write(chunk)
    except (UnicodeError, LookupError) as error:
        raise UsageError(
            f"{target.name} does not read as {encoding}: {error}.",
            remedy="name the encoding, for instance: --encoding cp1252",
        ) from error


def _not_utf8(path: Path) -> bytes | None:
    """Bytes that tell the encoding of a file that is not UTF-8; none where it is."""
    decoder = codecs.getincrementaldecoder(UTF8)("strict")
    evidence, sound = bytearray(), True
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"\x00" in chunk:
                return b"\x00"
            if sound:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    sound = False
            evidence += _telling(chunk, _EVIDENCE - len(evidence))
            if not sound and len(evidence) >= _EVIDENCE:
                break
    if sound:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            sound = False
    return None if sound else bytes(evidence)


def _telling(chunk: bytes, room: int) -> bytes:
    """The lines of a chunk that hold anything but ASCII."""
    if room <= 0 or chunk.isascii():
        return b""
    lines = (line for line in chunk.splitlines(keepends=True) if not line.isascii())
    return b"".join(lines)[:room]
