"""A rollback to a version whose package has changed by one bit is refused; what is live stays."""

import pytest

from ml.deployment.package import MANIFEST
from modelyard.delivery.history import log
from modelyard.errors import RefusedError
from modelyard.live.releases import Line, ReleaseLines
from modelyard.place import Place
from tests.modelyard import sealed, world
from tests.modelyard.persons import back

pytestmark = pytest.mark.slow

CONTENTS = {"model.onnx": bytes(range(200)), "card.md": b"# card\n"}


def packaged(place: Place, number: str) -> Line:
    """A release line whose package lies in the environment's bucket, sealed by its key."""
    uri = f"s3://{place.platform.artifacts_bucket}/packages/{world.MODEL}/{number}"
    digest = sealed.package(place, number, CONTENTS)
    return {"version": number, "image": f"sha256:{number}", "package": uri, "digest": digest}


@pytest.fixture
def lines(prod: Place) -> ReleaseLines:
    found = ReleaseLines.of(prod)
    for number in ("1", "2"):
        found.put(world.MODEL, packaged(prod, number))
    return found


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
