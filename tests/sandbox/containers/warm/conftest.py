"""An image with a Python and modules of its own, and a broker that keeps it warm."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.containers.blobs import Blobs
from sandbox.containers.build import push_image, python_config, quiet
from sandbox.containers.cached import layer_cache
from sandbox.containers.interpreter import interpreter_layer
from sandbox.containers.isolation import isolation
from sandbox.containers.layers import make_layer, tree
from sandbox.containers.warm.asking import is_there
from tests.sandbox.containers.conftest import REPOSITORY, Place, serving
from tests.sandbox.containers.warm.modules import APP, PACKAGES


@pytest.fixture(scope="session")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the image's own code and its packages."""
    folder = tmp_path_factory.mktemp("code")
    for place, modules in (("app", APP), ("packages", PACKAGES)):
        (folder / place).mkdir()
        for name, text in modules.items():
            (folder / place / f"{name}.py").write_text(text)
    return folder


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """One for all: its registry keeps the interpreter's layer, which takes a while to send."""
    with serving(tmp_path_factory.mktemp("place") / "images", None) as place:
        yield place


@pytest.fixture(scope="module")
def python_image(place: Place, code: Path) -> str:
    """By digest; the interpreter comes from the user's cache, where it is made once."""
    entries = [*tree(code / "app", "app"), *tree(code / "packages", "opt/packages")]
    layers = [
        interpreter_layer(layer_cache(), quiet),
        make_layer(entries, Blobs(place.images / "built")),
    ]
    digest = push_image(place, layers, python_config(), repository=REPOSITORY, report=quiet)
    return f"{REPOSITORY}@{digest}"


@pytest.fixture
def broker(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator["subprocess.Popen[bytes]"]:
    """What keeps the interpreters; it learns from nothing that ran before."""
    if not isolation().mounts:
        pytest.skip("namespaces are forbidden here: every container starts on its own")
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.containers.warm.broker", str(place.images)],
        env={"PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(tmp_path), "PYTHONPATH": sys.path[0]},
    )
    deadline = time.monotonic() + 60
    while not is_there(place.images):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    yield process
    process.kill()
    process.wait()
