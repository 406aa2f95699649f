"""Approvals and waivers have a name each, are written once, and stand beside the others."""

from datetime import date, timedelta
from typing import Any

import pytest

from modelyard.delivery import approvals, keeping, waivers
from modelyard.delivery.journey import State
from modelyard.errors import RefusedError
from modelyard.place import Place, person
from modelyard.storage import read_json, write_json
from modelyard.versions import describe
from tests.infra.permissions import allows
from tests.modelyard import living, world
from tests.modelyard.persons import GATES, answer, journey_of, seat
from tests.modelyard.world import Works, station

pytestmark = pytest.mark.slow

AUDIT = "arn:aws:fake:::audit-bucket"
"""The audit bucket as the engine stand-in names it, of whose policies the test asks."""
ACTIONS = {
    "PutObject": "s3:PutObject",
    "GetObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
}


@pytest.fixture(params=GATES)
def gate(request: pytest.FixtureRequest) -> str:
    """What the gate says decides between an approval and a waiver."""
    return str(request.param)


@pytest.fixture
def arn(prod: Place, gate: str) -> str:
    """A second version in production that waits for somebody to answer for it."""
    living.make_live(prod)
    found = world.register(prod, "second", gate=gate)
    world.registered(prod, found)
    living.work_off(station(prod, Works(root=prod.root)))
    return found


def watched(place: Place) -> list[tuple[str, dict[str, Any]]]:
    """Note what a person's own calls ask of the audit bucket from now on."""
    asked: list[tuple[str, dict[str, Any]]] = []

    def note(params: dict[str, Any], model: Any, **_: object) -> None:
        if params.get("Bucket") == place.platform.audit_bucket:
            asked.append((model.name, dict(params)))

    place.session.events.register("before-parameter-build.s3", note)
    return asked


def allowed(operation: str, params: dict[str, Any]) -> bool:
    """Whether the promoter's role, as it is deployed, lets through what was asked."""
    context = {
        "if_none_match": params.get("IfNoneMatch"),
        "if_match": params.get("IfMatch"),
        "prefix": params.get("Prefix"),
    }
    given = {name: str(value) for name, value in context.items() if value is not None}
    resource = f"{AUDIT}/{params['Key']}" if "Key" in params else AUDIT
    return allows("prod", "promoter", ACTIONS[operation], resource, **given)


def test_the_promoters_role_allows_all_that_an_answer_asks_of_the_audit_bucket(
    prod: Place, arn: str, gate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    grace = seat(prod, "grace")
    asked = watched(grace)
    monkeypatch.setattr("tests.modelyard.persons.seat", lambda *_: grace)
    answer(prod, "grace", gate)
    written = [params["Key"].partition("/")[0] for name, params in asked if name == "PutObject"]
    assert written[0] == ("approvals" if gate == "passed" else "waivers")
    assert "ledger" in written
    assert [each for each in asked if not allowed(*each)] == []


def test_what_one_person_says_leaves_what_another_said(prod: Place, arn: str, gate: str) -> None:
    stored = [answer(prod, name, gate) for name in ("grace", "linus")]
    folder = "approvals/" if gate == "passed" else "waivers/"
    assert keeping.kept(prod, folder) == stored


def test_what_is_said_again_is_told_and_stands_as_it_was(
    prod: Place, arn: str, gate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answer(prod, "grace", gate)
    later = "2999-01-01T00:00:00Z"
    for module in ("approvals", "waivers"):
        monkeypatch.setattr(f"modelyard.delivery.{module}.now", lambda: later)
    said: list[str] = []
    again = answer(prod, "grace", gate, said.append)
    assert again == first
    assert later not in str(again)
    assert "grace" in said[0]
    assert "already" in said[0]


def test_cut_off_behind_its_signature_an_answer_is_brought_to_its_end_by_the_same_command(
    prod: Place, arn: str, gate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("modelyard.live.approving.record_statement", cut_off)
        with pytest.raises(KeyboardInterrupt):
            answer(prod, "grace", gate)
    answer(prod, "grace", gate)
    living.work_off(station(prod, Works(root=prod.root)))
    assert journey_of(prod, arn).state is State.LIVE


def test_a_name_that_something_else_has_taken_is_told_with_what_to_do(
    prod: Place, arn: str, gate: str
) -> None:
    last = station(prod, Works(root=prod.root)).today()
    key = approvals.key_of(world.MODEL, world.IMAGE, "grace", "2")
    if gate != "passed":
        key = waivers.key_of(world.MODEL, "2", last, "grace")
    write_json(prod.client("s3"), prod.platform.audit_bucket, key, ["junk"])
    with pytest.raises(
        RefusedError, match=f"lies at {key} already, and nothing.*overwritten"
    ) as no:
        answer(prod, "grace", gate)
    assert "another person" in no.value.remedy
    assert read_json(prod.client("s3"), prod.platform.audit_bucket, key) == ["junk"]


def test_one_that_does_not_hold_keeps_out_none_that_does(prod: Place, arn: str, gate: str) -> None:
    folder = approvals.folder_of(world.MODEL, world.IMAGE, "2")
    if gate != "passed":
        folder = waivers.folder_of(world.MODEL, "2")
    for name in ("0", "~"):
        key = f"{folder}{name}.json"
        write_json(prod.client("s3"), prod.platform.audit_bucket, key, {"statement": {}})
    answer(prod, "grace", gate)
    works = Works(root=prod.root)
    living.work_off(station(prod, works))
    assert journey_of(prod, arn).state is State.LIVE
    released = works.ledger[-1]
    assert person(released["approver" if gate == "passed" else "waived_by"]) == "grace"


@pytest.mark.parametrize("gate", ["failed"], indirect=True)
def test_a_waiver_that_has_ended_is_followed_by_another(prod: Place, arn: str) -> None:
    version = describe(prod, arn)
    grace = seat(prod, "grace")

    def waive(today: date) -> None:
        waivers.grant(
            grace,
            model=world.MODEL,
            version=version,
            release=world.RELEASE,
            reason="season",
            expires=(today + timedelta(days=7)).isoformat(),
            today=today,
        )

    def covered(today: date) -> bool:
        return waivers.valid(prod, model=world.MODEL, version=version, today=today) is not None

    january, march = date(2030, 1, 1), date(2030, 3, 1)
    waive(january)
    assert not covered(march)
    waive(march)
    assert covered(march)
    assert len(keeping.kept(prod, waivers.folder_of(world.MODEL, "2"))) == 2


def test_a_write_whose_answer_was_lost_is_ones_own(prod: Place) -> None:
    key, stored = "approvals/m/x/grace.json", {"statement": {"approver": "grace"}}
    assert keeping.keep(prod, key, stored) is None
    assert keeping.keep(prod, key, stored) is None
    assert keeping.keep(prod, key, {"statement": {"approver": "ada"}}) == stored
