"""Notes what was built and how long it took, for whoever measures a first start."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def noting(what: str, path: Path | None) -> Iterator[None]:
    """Add a line to the file when the block ends, an attempt that failed or was stopped too."""
    begun = time.monotonic()
    try:
        yield
    finally:
        if path is not None:
            piece = {
                "what": what,
                "seconds": round(time.monotonic() - begun, 1),
                "at": round(time.time(), 3),
            }
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(piece) + "\n")
