"""A waiver covers its version until its last day is over in UTC, wherever the machine stands."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, tzinfo

import pytest

from modelyard.delivery import waivers
from modelyard.errors import UsageError
from modelyard.live import approving
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.versions import describe
from tests.modelyard import world
from tests.modelyard.world import RELEASE, Works

pytestmark = pytest.mark.slow

LAST = "2030-02-01"
BEFORE = datetime(2030, 2, 1, 23, 59, 59, tzinfo=UTC)
AFTER = datetime(2030, 2, 2, 0, 0, 1, tzinfo=UTC)

SetClock = Callable[[datetime], None]


@pytest.fixture(params=["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def set_clock(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[SetClock]:
    """Sets the clock by which delivery and commands go, on a machine a day ahead or behind."""

    def set_to(moment: datetime) -> None:
        class Moved(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return moment.astimezone(tz).replace(tzinfo=tz)

        for module in ("modelyard.delivery.station", "modelyard.live.approving"):
            monkeypatch.setattr(f"{module}.datetime", Moved)

    with monkeypatch.context() as zone:
        zone.setenv("TZ", request.param)
        time.tzset()
        yield set_to
    time.tzset()


@pytest.fixture
def arn(prod: Place) -> str:
    """A version that its gate did not pass."""
    key = f"releases/{'a' * 64}.json"
    write_json(prod.client("s3"), prod.platform.artifacts_bucket, key, RELEASE)
    return world.register(prod, "r1", gate="failed")


def waive(prod: Place, expires: str) -> None:
    grace = world.adopt_outputs(world.enter(prod.root, "prod", "grace"))
    approving.waive_version(world.yard(grace), world.MODEL, "prod", "1", "season", expires)


def covered(prod: Place, arn: str) -> bool:
    """Whether delivery, as it is started in an environment, would let the version through."""
    today = world.station(prod, Works(root=prod.root)).today()
    version = describe(prod, arn)
    return waivers.valid(prod, model=world.MODEL, version=version, today=today) is not None


def test_it_holds_to_the_last_second_of_its_day_and_not_a_second_longer(
    prod: Place, arn: str, set_clock: SetClock
) -> None:
    set_clock(datetime(2030, 1, 10, 12, tzinfo=UTC))
    waive(prod, LAST)
    set_clock(BEFORE)
    assert covered(prod, arn)
    set_clock(AFTER)
    assert not covered(prod, arn)


def test_today_can_be_its_last_day_and_yesterday_cannot(
    prod: Place, arn: str, set_clock: SetClock
) -> None:
    set_clock(AFTER)
    with pytest.raises(UsageError, match="not within the next 90 days") as refused:
        waive(prod, LAST)
    assert "allowed: 2030-02-02" in refused.value.remedy
    set_clock(BEFORE)
    waive(prod, LAST)
    assert covered(prod, arn)
