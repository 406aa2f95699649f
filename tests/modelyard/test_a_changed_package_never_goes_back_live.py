"""A rollback to a version whose package has changed by one bit is refused; what is live stays."""

import pytest

from ml.canonical import digest_of
from ml.deployment.package import MANIFEST, Identity, seal
from ml.deployment.signing import Signer
from ml.deployment.store import Folder, upload_package
from modelyard.delivery.history import log
from modelyard.errors import RefusedError
from modelyard.live.releases import Line, ReleaseLines
from modelyard.live.rollback import RolledBack, roll_back
from modelyard.place import Place
from tests.modelyard import world

pytestmark = pytest.mark.slow

CONTENTS = {"model.onnx": bytes(range(200)), "card.md": b"# card\n"}


def packaged(place: Place, number: str) -> Line:
    """A release line whose package lies in the environment's bucket, sealed by its key."""
    identity = Identity(
        model=world.MODEL, run=number, environment=place.name, git_sha="a", image_digest="b"
    )
    key = Signer(kms=place.client("kms"), key_arn=place.platform.signing_key_arn)
    sealed = seal(CONTENTS, identity, key)
    uri = f"s3://{place.platform.artifacts_bucket}/packages/{world.MODEL}/{number}"
    upload_package(Folder.at(place.client("s3"), uri), sealed)
    digest = digest_of(sealed[MANIFEST])
    return {"version": number, "image": f"sha256:{number}", "package": uri, "digest": digest}


@pytest.fixture
def lines(prod: Place) -> ReleaseLines:
    found = ReleaseLines.of(prod)
    for number in ("1", "2"):
        found.put(world.MODEL, packaged(prod, number))
    return found


def back(place: Place) -> RolledBack:
    return roll_back(
        place,
        world.MODEL,
        "too many alarms",
        lambda message: None,
        deploy=lambda place, report: None,
        served=lambda place, model: "1",
    )


def test_a_whole_package_goes_back_live(prod: Place, lines: ReleaseLines) -> None:
    assert back(prod).to_version == "1"


@pytest.mark.parametrize("name", ["model.onnx", "manifest.json", "signature.json"])
def test_one_changed_bit_is_refused_by_its_file_and_nothing_changes(
    prod: Place, lines: ReleaseLines, name: str
) -> None:
    s3, bucket = prod.client("s3"), prod.platform.artifacts_bucket
    key = f"packages/{world.MODEL}/1/{name}"
    whole = bytearray(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    whole[len(whole) // 2] ^= 1
    s3.put_object(Bucket=bucket, Key=key, Body=bytes(whole))
    live = lines.live(world.MODEL)
    with pytest.raises(RefusedError, match=r"Version 1 .* cannot be served in prod: .*") as told:
        back(prod)
    assert f"s3://{bucket}/{key}: " in told.value.message
    assert lines.live(world.MODEL) == live
    assert log(prod) == []


def test_a_package_that_is_gone_is_refused(prod: Place, lines: ReleaseLines) -> None:
    key = f"packages/{world.MODEL}/1/{MANIFEST}"
    prod.client("s3").delete_object(Bucket=prod.platform.artifacts_bucket, Key=key)
    with pytest.raises(RefusedError, match=r"Version 1 .* cannot be served in prod"):
        back(prod)
