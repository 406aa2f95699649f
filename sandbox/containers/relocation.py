"""Paths of a container on machines that cannot give it a root of its own."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from sandbox.containers.rootfs import Mount


class Relocation:
    """Rewrites the image's absolute paths to where the files lie on the host."""

    def __init__(self, root: Path, mounts: Sequence[Mount]) -> None:
        self._places = {f"/{entry.name}": str(entry) for entry in root.iterdir()}
        self._places |= {mount.target: str(mount.source) for mount in mounts}
        names = sorted(map(re.escape, self._places), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(names)})(?=$|[/:,; ])")

    def text(self, text: str) -> str:
        """The text with every path of the image replaced."""
        if not self._places:
            return text
        return self._pattern.sub(lambda found: self._places[found[0]], text)

    def program(self, name: str, path: str | None) -> str:
        """The program to start."""
        moved = self.text(name)
        return moved if "/" in moved else shutil.which(moved, path=path) or moved
