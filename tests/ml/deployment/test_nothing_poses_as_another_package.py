"""A package is what its signed manifest says, and nothing can pose as another one."""

import json
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
from tests.ml.deployment.sealed import CONTENTS, IDENTITY, write


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
    with pytest.raises(PackageError, match=r"missing compared with the manifest: \.\./outside$"):
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
