"""A registry of the test's own and a small image that uses the host's shell."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.containers import ImageConfig, build_image
from sandbox.containers.registry import serve

REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/models"


@dataclass(frozen=True)
class Place:
    """As much of a sandbox's layout as images need."""

    images: Path
    registry_port: int


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    server = serve(tmp_path / "images" / "registry", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield Place(tmp_path / "images", server.server_address[1])
    server.shutdown()
    thread.join()
    server.server_close()


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
