"""Asks for a container's command to be a copy of its image's warm interpreter."""

import hashlib
import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sandbox.containers.interpreter import PREFIX
from sandbox.containers.warm.forked import Forked
from sandbox.containers.warm.streams import Stream, Streams
from sandbox.containers.warm.warm_inside.becoming import Order
from sandbox.containers.warm.warm_inside.requests import NUMBER, same_user

SECONDS = 15.0
"""An interpreter that loads a large package answers when that one is done."""
READ_AT_START = (
    "PYTHON", "LD_", "LANG", "LC_", "OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "POLARS_", "ARROW_",
    "MALLOC_", "RAYON_", "TOKIO_", "GLIBC_", "ORT_",
)  # fmt: skip
"""Beginnings of variables that an interpreter or a library reads once, as it is loaded."""


@dataclass(frozen=True, kw_only=True)
class Image:
    """What an interpreter is warm for."""

    root: Path
    user: int
    """Whose name stands in the root's list of users."""
    env: Mapping[str, str] = field(compare=False)
    """The image's own; it belongs to the root."""

    @property
    def name(self) -> str:
        """Of its interpreter's socket."""
        key = hashlib.sha256(f"{self.root}|{self.user}".encode()).hexdigest()
        return f"modelyard-warm:{key}"

    def text(self) -> bytes:
        """As it is sent to the broker."""
        return json.dumps({**asdict(self), "root": str(self.root)}).encode()

    @classmethod
    def read(cls, text: bytes) -> "Image":
        """As it was sent."""
        told: dict[str, Any] = json.loads(text)
        return cls(**{**told, "root": Path(told["root"])})


def address(folder: Path) -> str:
    """The socket of the broker for a folder of images: abstract, so no path is too long for it."""
    return f"\0modelyard-warm-broker:{os.path.realpath(folder)}"


def suits(image: Image, argv: Sequence[str], env: Mapping[str, str]) -> bool:
    """Whether the command is one that a copy of the interpreter can be."""
    if len(argv) < 3 or tuple(argv[:2]) != ("python", "-m"):
        return False
    if not image.env.get("PATH", "").startswith(f"{PREFIX}/bin:"):
        return False
    changed = (key for key in {*env} | {*image.env} if env.get(key) != image.env.get(key))
    return not any(key == "PATH" or key.startswith(READ_AT_START) for key in changed)


def ask(folder: Path, image: Image, order: Order, stdout: Stream, stderr: Stream) -> Forked | None:
    """The command as a copy of the interpreter; None where there is none to copy."""
    with Streams(stdout, stderr) as files:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(SECONDS)
        try:
            if not _is_kept(folder, image):
                raise ConnectionRefusedError("the broker keeps none")
            connection.connect(f"\0{image.name}")
            if not same_user(connection):
                raise ConnectionRefusedError("another user's")
            request = json.dumps(asdict(order)).encode()
            _send(connection, request, files.inside)
            forked = Forked(connection)
        except OSError:
            connection.close()
            return None
        forked.stdout, forked.stderr = files.readers()
        return forked


def _send(connection: socket.socket, request: bytes, files: list[int]) -> None:
    own = os.open("/proc/self/ns/pid", os.O_RDONLY)
    try:
        socket.send_fds(connection, [NUMBER.pack(len(request))], [*files, own])
    finally:
        os.close(own)
    connection.sendall(request)


def is_there(folder: Path) -> bool:
    """Whether the broker listens."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as broker:
        return broker.connect_ex(address(folder)) == 0


def _is_kept(folder: Path, image: Image) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as broker:
        broker.settimeout(SECONDS)
        broker.connect(address(folder))
        broker.sendall(image.text())
        return same_user(broker) and broker.recv(1) == b"+"
