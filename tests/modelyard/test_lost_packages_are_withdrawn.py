"""Before releases are deployed, a line whose package is gone is withdrawn, and that is told."""

import pytest

from modelyard.delivery.history import log
from modelyard.live.releases import ReleaseLines
from modelyard.live.withdrawing import withdraw_lost
from modelyard.place import Place
from tests.modelyard import world

pytestmark = pytest.mark.slow

GONE = "s3://prod-artifacts-of-last-week/packages/flight_delay/r0"


def line(place: Place, version: str, package: str = "") -> dict[str, str]:
    """The line of a version whose package is in the bucket, or of one with a lost package."""
    run = f"r{version}"
    own = f"s3://{place.platform.artifacts_bucket}/packages/{world.MODEL}/{run}"
    if not package:
        place.client("s3").put_object(
            Bucket=place.platform.artifacts_bucket,
            Key=f"packages/{world.MODEL}/{run}/manifest.json",
            Body=b"{}",
        )
    return {
        "version": version,
        "image": world.IMAGE,
        "package": package or own,
        "digest": f"sha256:{version}",
    }


def withdraw(place: Place, *, answers: bool = False) -> list[str]:
    said: list[str] = []
    withdraw_lost(place, said.append, answers=lambda *_: answers)
    return said


def test_a_line_into_a_bucket_that_went_is_withdrawn_and_told(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, line(prod, "1", GONE))
    lines.put(world.MODEL, line(prod, "2", GONE))
    said = withdraw(prod)
    assert lines.live(world.MODEL) is None
    assert lines.history(world.MODEL) == []
    assert any("version 2 of flight_delay withdrawn" in each for each in said)
    assert all("prod-artifacts-of-last-week" in each for each in said)


def test_a_package_that_is_missing_in_the_own_bucket_is_gone_too(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lost = line(prod, "1")
    lines.put(world.MODEL, lost)
    key = f"packages/{world.MODEL}/r1/manifest.json"
    prod.client("s3").delete_object(Bucket=prod.platform.artifacts_bucket, Key=key)
    assert f"{key} does not exist" in withdraw(prod)[0]
    assert lines.live(world.MODEL) is None


def test_what_is_there_stays(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, line(prod, "1"))
    lines.put(world.MODEL, line(prod, "2"))
    assert withdraw(prod) == []
    assert [each["version"] for each in lines.history(world.MODEL)] == ["1"]
    assert log(prod) == []


def test_only_the_lost_way_back_goes(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, line(prod, "1", GONE))
    lines.put(world.MODEL, line(prod, "1"))
    lines.put(world.MODEL, line(prod, "2"))
    said = withdraw(prod)
    live = lines.live(world.MODEL)
    assert live is not None
    assert live["version"] == "2"
    assert lines.history(world.MODEL) == [line(prod, "1")]
    assert len(said) == 1
    assert "no way back any more" in said[0]


def test_a_version_that_still_answers_is_not_taken_down_by_a_deploy(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, line(prod, "1", GONE))
    assert "still answers" in withdraw(prod, answers=True)[0]
    assert lines.live(world.MODEL) is not None


def test_the_ledger_says_once_that_nothing_is_live(prod: Place) -> None:
    lines = ReleaseLines.of(prod)
    lost = line(prod, "1", GONE)
    lines.put(world.MODEL, lost)
    withdraw(prod)
    # What a crash between ledger and lines leaves.
    lines.put(world.MODEL, lost)
    withdraw(prod)
    [entry] = log(prod)
    assert (entry["kind"], entry["version"]) == ("withdrawn", "1")
    assert "prod-artifacts-of-last-week" in entry["reason"]
    assert lines.live(world.MODEL) is None


def test_a_refusal_by_the_bucket_is_no_proof(prod: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    lines = ReleaseLines.of(prod)
    lines.put(world.MODEL, line(prod, "1"))
    found = prod.client("s3")

    def forbidden(**_: object) -> None:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadObject")

    monkeypatch.setattr(found, "head_object", forbidden)
    monkeypatch.setattr(Place, "client", lambda self, name: found)
    with pytest.raises(ClientError):
        withdraw(prod)
    assert lines.live(world.MODEL) is not None
