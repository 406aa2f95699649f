"""Writes what was collected into one archive, redacted; nothing unredacted touches the disk."""

import io
import json
import os
import tarfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard.diagnosis.redactor import Redactor
from modelyard.diagnosis.section import Collected
from modelyard.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One section as the bundle holds it."""

    section: str
    title: str
    files: int
    bytes: int
    """After redaction, before compression."""
    seconds: float
    problem: str = ""
    """Why it is not there; empty when it is."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """The finished archive."""

    path: Path
    bytes: int
    entries: list[Entry]
    redacted: dict[str, int] = field(default_factory=dict)
    """Kind of secret → how many were taken out."""


def place_for(output: Path | None, folder: Path) -> Path:
    """Where the archive goes: a file, or a new file in a folder."""
    name = f"modelyard-diagnosis-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}.tar.gz"
    path = folder / name if output is None else output / name if output.is_dir() else output
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.", remedy="make it, or name another")
    if not os.access(path.parent, os.W_OK):
        raise UsageError(
            f"Nothing can be written in {path.parent}.", remedy="--output FILE or FOLDER"
        )
    return path


def write(path: Path, collected: Iterable[Collected], redactor: Redactor) -> Bundle:
    """Redact and pack section by section; the file appears whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    entries: list[Entry] = []
    root = path.name.removesuffix(".tar.gz")
    try:
        # Readable by its owner alone: what looks harmless to us may still be nobody's business.
        with (
            os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as raw,
            tarfile.open(fileobj=raw, mode="w:gz") as archive,
        ):
            for each in collected:
                entries.append(_pack(archive, root, each, redactor))
            summary = {
                "sections": [vars(entry) for entry in entries],
                "redacted": dict(redactor.counts),
            }
            _add(archive, f"{root}/summary.json", _text(summary))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return Bundle(
        path=path,
        bytes=path.stat().st_size,
        entries=entries,
        redacted={kind: count for kind, count in sorted(redactor.counts.items()) if count},
    )


def _pack(archive: tarfile.TarFile, root: str, each: Collected, redactor: Redactor) -> Entry:
    folder = "/".join(filter(None, (root, each.section.name)))
    written = 0
    for name, content in each.contents.items():
        written += _add(archive, f"{folder}/{redactor.text(name)}", _redacted(content, redactor))
    problem = redactor.text(each.problem)
    if problem:
        name = each.section.title.replace(" ", "-")
        written += _add(archive, f"{folder}/{name}-not-collected.txt", problem + "\n")
    return Entry(
        section=each.section.name or ".",
        title=each.section.title,
        files=len(each.contents),
        bytes=written,
        seconds=each.seconds,
        problem=problem,
    )


def _redacted(content: Any, redactor: Redactor) -> str:
    if isinstance(content, str):
        return redactor.text(content)
    # Through JSON first, so that what is redacted is exactly what is written.
    return _text(redactor.document(json.loads(_text(content))))


def _text(content: Any) -> str:
    return json.dumps(content, indent=2, default=str, ensure_ascii=False) + "\n"


def _add(archive: tarfile.TarFile, name: str, text: str) -> int:
    data = text.encode("utf-8", "replace")
    member = tarfile.TarInfo(name)
    member.size, member.mtime, member.mode = len(data), int(time.time()), 0o600
    archive.addfile(member, io.BytesIO(data))
    return len(data)
