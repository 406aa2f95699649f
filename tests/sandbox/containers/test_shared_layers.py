"""A layer in the user's cache is neither sent nor unpacked again; a lost cache loses nothing."""

import os
import shutil
from pathlib import Path

import pytest

from sandbox.allotment import cache_directory
from sandbox.containers import Images
from sandbox.containers.build import ImageConfig, push_image
from sandbox.containers.cached import cached_layer, layer_cache
from sandbox.containers.layers import Layer, tree
from tests.sandbox.containers.conftest import REPOSITORY, Place, serving


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def layer(script: Path) -> Layer:
    return cached_layer(
        layer_cache(), "kind", "key", lambda: None, lambda work: tree(script, "app")
    )


def pushed(place: Place, layer: Layer) -> str:
    return f"{REPOSITORY}@{push_image(place, [layer], ImageConfig(), repository=REPOSITORY)}"


def inode(path: Path) -> int:
    return os.stat(path).st_ino


def test_a_cached_layer_is_linked_into_the_registry(tmp_path: Path, layer: Layer) -> None:
    with serving(tmp_path / "one", layer_cache()) as place:
        pushed(place, layer)
        kept = place.images / "registry" / "sha256" / layer.path.name
    assert inode(kept) == inode(layer.path)


def test_without_the_cache_the_layer_is_sent(tmp_path: Path, layer: Layer) -> None:
    with serving(tmp_path / "one", None) as place:
        pushed(place, layer)
        kept = place.images / "registry" / "sha256" / layer.path.name
    assert inode(kept) != inode(layer.path)
    assert kept.read_bytes() == layer.path.read_bytes()


def test_two_sandboxes_share_the_files_of_a_cached_layer(tmp_path: Path, layer: Layer) -> None:
    files = []
    for name in ("one", "two"):
        with serving(tmp_path / name, layer_cache()) as place:
            files.append(Images.of(place).unpack(pushed(place, layer)).root / "app/hello.sh")
    assert [file.read_text() for file in files] == ["echo hello $1\n"] * 2
    assert inode(files[0]) == inode(files[1])


def test_what_runs_survives_the_cache(tmp_path: Path, layer: Layer) -> None:
    with serving(tmp_path / "one", layer_cache()) as place:
        image = pushed(place, layer)
        Images.of(place).unpack(image)
        shutil.rmtree(cache_directory())
        shutil.rmtree(place.images / "unpacked")
        again = Images.of(place).unpack(image)
    assert (again.root / "app/hello.sh").read_text() == "echo hello $1\n"


def test_what_a_killed_process_left_half_unpacked_is_thrown_away(
    tmp_path: Path, layer: Layer
) -> None:
    left = cache_directory() / "layers" / f"sha256-{layer.path.name}.draft"
    (left / "app").mkdir(parents=True)
    (left / "app" / "half.sh").touch()
    with serving(tmp_path / "one", layer_cache()) as place:
        root = Images.of(place).unpack(pushed(place, layer)).root
    assert sorted(path.name for path in (root / "app").iterdir()) == ["hello.sh"]
    assert not left.exists()
