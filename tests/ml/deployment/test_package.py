"""A package with one changed bit anywhere stays shut, and nothing can pose as another package."""

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.canonical import canonical, digest_of
from ml.deployment.package import (
    MANIFEST,
    SIGNATURE,
    Identity,
    PackageError,
    build_manifest,
    open_package,
    seal,
)
from ml.deployment.signing import PublicKeys, Signer
from tests.ml.conftest import Account

IDENTITY = Identity(
    model="diabetes", run="r1", environment="prod", git_sha="abc", image_digest="sha256:1"
)
CONTENTS = {"model.skops": b"PK\x03\x04" + bytes(range(200)), "card.md": b"# card\n"}


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def keys(account: Account) -> PublicKeys:
    return PublicKeys.from_kms(account.kms, [account.key_arn])


@pytest.fixture
def sealed(account: Account) -> dict[str, bytes]:
    return seal(CONTENTS, IDENTITY, Signer(kms=account.kms, key_arn=account.key_arn))


@pytest.fixture
def folder(tmp_path: Path, sealed: dict[str, bytes]) -> Path:
    return write(tmp_path / "package", sealed)


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


def test_a_key_that_is_not_trusted_signs_in_vain(
    account: Account, tmp_path: Path, keys: PublicKeys
) -> None:
    forged = seal(CONTENTS, IDENTITY, Signer(kms=account.kms, key_arn=account.other_key_arn))
    with pytest.raises(PackageError, match="which is not trusted; trusted:"):
        open_package(write(tmp_path / "forged", forged), keys)
    # Not even when it claims to be the trusted one.
    fields = json.loads(forged[SIGNATURE]) | {"key_arn": account.key_arn}
    forged[SIGNATURE] = canonical(fields)
    with pytest.raises(PackageError, match="does not fit the statement"):
        open_package(write(tmp_path / "posing", forged), keys)


@pytest.mark.parametrize(
    "other",
    [
        {"model": "flight_delay"},
        {"run": "r0"},
        {"environment": "dev"},
        {"image_digest": "sha256:2"},
    ],
)
def test_the_signature_of_another_package_does_not_fit(
    account: Account,
    tmp_path: Path,
    keys: PublicKeys,
    sealed: dict[str, bytes],
    other: dict[str, str],
) -> None:
    signer = Signer(kms=account.kms, key_arn=account.key_arn)
    foreign = seal(CONTENTS, Identity(**{**IDENTITY.__dict__, **other}), signer)
    swapped = {**sealed, SIGNATURE: foreign[SIGNATURE]}
    with pytest.raises(PackageError, match="signed was sha256:"):
        open_package(write(tmp_path / "swapped", swapped), keys)


def test_a_genuine_package_in_the_wrong_place_is_refused(folder: Path, keys: PublicKeys) -> None:
    with pytest.raises(PackageError, match="is of model 'diabetes', expected 'flight_delay'"):
        open_package(folder, keys, model="flight_delay")
    with pytest.raises(PackageError, match="is of environment 'prod', expected 'dev'"):
        open_package(folder, keys, environment="dev")
    with pytest.raises(PackageError, match=r"manifest.json: digest is .*, expected sha256:0"):
        open_package(folder, keys, digest="sha256:0")


def test_a_signed_manifest_cannot_name_files_outside(
    account: Account, tmp_path: Path, keys: PublicKeys
) -> None:
    signer = Signer(kms=account.kms, key_arn=account.key_arn)
    files = {"../outside": {"sha256": digest_of(b"x"), "bytes": 1}}
    manifest = canonical({"format": "modelyard-package-v1", **IDENTITY.__dict__, "files": files})
    statement = {
        "format": "modelyard-package-v1",
        "model": "diabetes",
        "run": "r1",
        "environment": "prod",
        "digest": digest_of(manifest),
    }
    (tmp_path / "outside").write_bytes(b"x")
    contents = {MANIFEST: manifest, SIGNATURE: signer.sign(statement)}
    with pytest.raises(PackageError):
        open_package(write(tmp_path / "evil", contents), keys)


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", "a\0b", MANIFEST, SIGNATURE])
def test_only_plain_names_can_be_packaged(name: str) -> None:
    with pytest.raises(PackageError, match="cannot be the name"):
        build_manifest({name: b""}, IDENTITY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}\.[a-z]{2,4}", fullmatch=True), st.binary()))
def test_the_manifest_depends_on_content_not_on_order(contents: dict[str, bytes]) -> None:
    backwards = dict(reversed(contents.items()))
    assert build_manifest(contents, IDENTITY) == build_manifest(backwards, IDENTITY)
    for name in contents:
        changed = {**contents, name: contents[name] + b"x"}
        assert build_manifest(changed, IDENTITY) != build_manifest(contents, IDENTITY)
