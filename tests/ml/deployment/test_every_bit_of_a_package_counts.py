"""A package opens with the bytes that were sealed; with one changed bit anywhere it stays shut."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ml.canonical import digest_of
from ml.deployment.package import MANIFEST, SIGNATURE, PackageError, open_package
from ml.deployment.signing import PublicKeys
from tests.ml.deployment.sealed import CONTENTS, IDENTITY


def test_what_was_sealed_opens_with_the_same_bytes(folder: Path, keys: PublicKeys) -> None:
    digest = digest_of((folder / MANIFEST).read_bytes())
    package = open_package(folder, keys, digest=digest, model="diabetes", environment="prod")
    assert package.identity == IDENTITY
    assert package.digest == digest
    assert dict(package.contents) == CONTENTS
    with pytest.raises(PackageError, match=r"the package has no model.onnx; it has card.md"):
        package.read("model.onnx")


@pytest.mark.parametrize("name", [SIGNATURE, MANIFEST, "card.md"])
def test_every_single_bit_counts(folder: Path, keys: PublicKeys, name: str) -> None:
    original = (folder / name).read_bytes()
    for position in range(len(original)):
        changed = bytearray(original)
        changed[position] ^= 1 << (position % 8)
        (folder / name).write_bytes(changed)
        with pytest.raises(PackageError):
            open_package(folder, keys)
    (folder / name).write_bytes(original)
    open_package(folder, keys)


@pytest.mark.slow
def test_every_bit_of_the_signature_document_counts(folder: Path, keys: PublicKeys) -> None:
    original = (folder / SIGNATURE).read_bytes()
    for position in range(len(original) * 8):
        changed = bytearray(original)
        changed[position // 8] ^= 1 << (position % 8)
        (folder / SIGNATURE).write_bytes(changed)
        with pytest.raises(PackageError, match=SIGNATURE):
            open_package(folder, keys)


def test_a_flipped_bit_in_the_model_names_the_file(folder: Path, keys: PublicKeys) -> None:
    path = folder / "model.skops"
    original = path.read_bytes()
    for position in random.Random(0).sample(range(len(original) * 8), 300):
        changed = bytearray(original)
        changed[position // 8] ^= 1 << (position % 8)
        path.write_bytes(changed)
        with pytest.raises(PackageError, match=r"model.skops: bytes differ from those"):
            open_package(folder, keys)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda f: (f / "more.txt").write_bytes(b"x"), r"added or missing.*more.txt"),
        (lambda f: (f / "card.md").unlink(), r"added or missing.*card.md"),
        (lambda f: (f / "card.md").rename(f / "card.txt"), "added or missing"),
        (lambda f: (f / "card.md").write_bytes(b"# card\n\n"), r"card.md: bytes differ"),
        (lambda f: (f / "card.md").write_bytes(b"# car"), r"card.md: bytes differ"),
        (lambda f: (f / SIGNATURE).unlink(), r"signature.json: missing"),
        (lambda f: (f / MANIFEST).unlink(), r"manifest.json: missing"),
        (lambda f: (f / MANIFEST).write_bytes(b"x" * 70_000), "at most 65536 are allowed"),
    ],
)
def test_added_removed_and_cut_files_are_refused(
    folder: Path, keys: PublicKeys, edit: Callable[[Path], object], message: str
) -> None:
    edit(folder)
    with pytest.raises(PackageError, match=message):
        open_package(folder, keys)


def test_a_link_out_of_the_folder_is_refused(
    folder: Path, keys: PublicKeys, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(CONTENTS["card.md"])
    (folder / "card.md").unlink()
    (folder / "card.md").symlink_to(outside)
    with pytest.raises(PackageError, match="not a regular file"):
        open_package(folder, keys)
