"""A registry of the test's own and a small image that uses the host's shell."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.containers import ImageConfig, build_image
from sandbox.containers.blobs import Blobs
from sandbox.containers.registry import serve

REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/models"


@dataclass(frozen=True)
class Place:
    """As much of a sandbox's layout as images need."""

    images: Path
    registry_port: int


@contextlib.contextmanager
def serving(images: Path, shared: Blobs | None) -> Iterator[Place]:
    """A registry with the images' folder, and with the layers it may share."""
    server = serve(images / "registry", 0, shared)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield Place(images, server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with serving(tmp_path / "images", None) as place:
        yield place


@pytest.fixture
def script(tmp_path: Path) -> Path:
    folder = tmp_path / "script"
    folder.mkdir()
    (folder / "hello.sh").write_text("echo hello $1\n")
    return folder


@pytest.fixture
def image(place: Place, script: Path) -> str:
    digest = build_image(
        place,
        layers=[{"/app": script}],
        config=ImageConfig(entrypoint=("sh", "/app/hello.sh"), command=("world",)),
        repository=REPOSITORY,
    )
    return f"{REPOSITORY}@{digest}"
