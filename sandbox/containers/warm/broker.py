"""The part that keeps warm interpreters: one per image, started when it is first asked for.

`python -m sandbox.containers.warm.broker <folder of the images>`
"""

import contextlib
import hashlib
import os
import select
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.allotment import cache_directory
from sandbox.containers.dependencies import PLACE
from sandbox.containers.interpreter import VERSION
from sandbox.containers.isolation import isolation
from sandbox.containers.rootfs import HOST, shared_script, with_system
from sandbox.containers.warm.asking import Image, address
from sandbox.containers.warm.warm_inside.requests import same_user

INSIDE = Path(__file__).resolve().parent / "warm_inside" / "start.py"
MOST = 2
"""Images whose interpreters are kept: each takes as much memory as its modules, once."""
SECONDS = 10.0
"""How long an interpreter may take to start; it loads modules afterwards."""


@dataclass
class Broker:
    """Keeps the interpreters of the images that were asked for last."""

    folder: Path
    running: dict[Image, subprocess.Popen[bytes]] = field(default_factory=dict)

    def serve(self) -> None:
        """Answer one client after the other, for ever."""
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(address(self.folder))
        listener.listen(64)
        while True:
            client, _ = listener.accept()
            with client:
                client.settimeout(SECONDS)
                try:
                    asked = client.recv(65536)
                    # Whoever asks for nothing only looks whether somebody is there.
                    if asked and same_user(client) and self._ready(Image.read(asked)):
                        client.sendall(b"+")
                except (OSError, ValueError, TypeError) as error:
                    sys.stderr.write(f"no interpreter: {type(error).__name__}: {error}\n")

    def _ready(self, image: Image) -> bool:
        """Have the image's interpreter serve; one that ended is started again."""
        found = self.running.pop(image, None)
        if found is None or found.poll() is not None:
            found = self._start(image)
        if found is None:
            return False
        # Taken out and put in again: the last is the one that was asked for last.
        self.running[image] = found
        while len(self.running) > MOST:
            oldest = next(iter(self.running))
            # Its containers live on: nothing of them is in it any more.
            _end(self.running.pop(oldest))
        return True

    def _start(self, image: Image) -> subprocess.Popen[bytes] | None:
        empty = self.folder / "empty"
        empty.mkdir(exist_ok=True)
        reading, writing = os.pipe()
        script = shared_script(image.root, empty=empty, user=image.user)
        unshare = [each for each in isolation().unshare if each != "--pid"]
        command = [
            "python",
            f"{HOST}{INSIDE}",
            image.name,
            f"{HOST}{_memory(image)}",
            PLACE,
            str(writing),
        ]
        with os.fdopen(reading, "rb") as ready, os.fdopen(writing, "wb") as told:
            process = subprocess.Popen(
                [*unshare, "/bin/sh", "-c", f'{script}\nexec "$@"', "warm", *command],
                env={"HOME": "/", **image.env, "PATH": with_system(image.env.get("PATH"))},
                stdin=subprocess.DEVNULL,
                cwd="/",
                pass_fds=[writing],
            )
            # Else the end of the process would not be the end of what it says.
            told.close()
            if select.select([ready], [], [], SECONDS)[0] and ready.read(1):
                return process
        _end(process)
        return None


def _memory(image: Image) -> Path:
    """Where names of modules are remembered, for all images with the same packages."""
    packages = image.root / PLACE.lstrip("/")
    names = sorted(os.listdir(packages)) if packages.is_dir() else []
    key = hashlib.sha256("\n".join([VERSION, *names]).encode()).hexdigest()[:24]
    folder = cache_directory() / "warm"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{key}.json"


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(2)
    if process.poll() is None:
        process.kill()
        process.wait()


if __name__ == "__main__":
    Broker(Path(sys.argv[1])).serve()
