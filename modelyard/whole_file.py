"""Files that are written whole: no reader ever sees half of one."""

import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Make `text` the file's content, in a folder that is made if it is not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Named after the writer: of two at once, neither may publish what the other has half written.
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
