"""A package arrives whole and verified or not at all, from where it may come from only."""

from pathlib import Path

import pytest

from ml.deployment.package import PackageError
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, StoreError, fetch_package
from tests.ml.conftest import Account
from tests.ml.deployment.stored import stored


def test_what_was_uploaded_is_fetched_verified_and_kept(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    package = fetch_package(folder, tmp_path, keys, digest=digest)
    assert package.read("card.md") == b"# card"
    assert [path.name for path in tmp_path.iterdir()] == [digest.removeprefix("sha256:")]
    account.s3.delete_object(Bucket=account.bucket, Key=f"{folder.prefix}/card.md")
    # The store may be gone: the kept copy still serves, and is verified again.
    assert fetch_package(folder, tmp_path, keys, digest=digest).digest == digest


def test_a_damaged_copy_is_fetched_anew(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    fetch_package(folder, tmp_path, keys, digest=digest)
    kept = tmp_path / digest.removeprefix("sha256:") / "card.md"
    kept.write_bytes(b"# cart")
    assert fetch_package(folder, tmp_path, keys, digest=digest).read("card.md") == b"# card"
    assert kept.read_bytes() == b"# card"


def test_a_package_changed_in_the_store_leaves_nothing_behind(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    folder.write("card.md", b"# cart")
    with pytest.raises(PackageError, match=r"card.md: bytes differ"):
        fetch_package(folder, tmp_path, keys, digest=digest)
    assert list(tmp_path.iterdir()) == []


def test_a_package_without_manifest_does_not_exist(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder = Folder.at(account.s3, f"s3://{account.bucket}/packages/flight_delay/half")
    folder.write("card.md", b"# card")
    with pytest.raises(StoreError, match=r"no package there \(manifest.json is missing\)"):
        fetch_package(folder, tmp_path, keys)


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "s3://bucket",
        "s3://bucket/../other",
        "s3://bucket/a/../b",
        "s3://bucket/a//b",
        "s3://bucket/..%2fb",
        "s3://bucket/a\0b",
        "s3://bucket/a?b",
        "s3://Bucket/a",
        "/etc/passwd",
        "https://bucket/a",
        "",
    ],
)
def test_only_plain_locations_in_a_bucket_are_accepted(account: Account, uri: str) -> None:
    with pytest.raises(StoreError, match="is no package location"):
        Folder.at(account.s3, uri)


def test_objects_in_folders_do_not_belong_in_a_package(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, digest = stored(account, {"card.md": b"# card"})
    folder.write("deep/er", b"x")
    with pytest.raises(StoreError, match="'deep/er' does not belong"):
        fetch_package(folder, tmp_path, keys, digest=digest)


def test_a_digest_cannot_lead_out_of_the_cache(
    account: Account, keys: PublicKeys, tmp_path: Path
) -> None:
    folder, _ = stored(account, {"card.md": b"# card"})
    with pytest.raises(StoreError, match="is no digest"):
        fetch_package(folder, tmp_path, keys, digest="sha256:../../etc")
