"""Nothing enters production that someone else has not approved on the evidence it was shown."""

from typing import Any

import pytest

from modelyard.delivery import approvals, statements, worker
from modelyard.delivery.journey import Journeys, State
from modelyard.errors import RefusedError
from modelyard.place import Place
from tests.modelyard import living, world
from tests.modelyard.world import RELEASE, Works, station

pytestmark = pytest.mark.slow

EVIDENCE = {"outcome": "passed", "version": "1"}


def approve(place: Place, person: str = "grace") -> dict[str, Any]:
    seat = world.adopt_outputs(world.enter(place.root, "prod", person))
    return approvals.approve(seat, model=world.MODEL, release=RELEASE, evidence=EVIDENCE)


def verify(place: Place, stored: dict[str, Any] | None, requester: str = "") -> dict[str, Any]:
    return approvals.verify(
        place,
        stored,
        model=world.MODEL,
        release=RELEASE,
        requester=requester or "arn:aws:sts::3:assumed-role/platform-engineer/linus",
    )


def test_the_approver_is_the_caller_as_sts_names_it(prod: Place) -> None:
    statement = verify(prod, approve(prod))
    assert statement["approver"].endswith("assumed-role/platform-engineer/grace")


def test_without_an_approval_it_says_who_can_give_one(prod: Place) -> None:
    with pytest.raises(RefusedError, match="no approval for prod") as refused:
        verify(prod, None)
    assert "modelyard approve" in refused.value.remedy


def test_the_author_cannot_approve(prod: Place) -> None:
    with pytest.raises(RefusedError, match="ada is the release's author"):
        approve(prod, "ada")


def test_the_requester_cannot_approve(prod: Place) -> None:
    with pytest.raises(RefusedError, match="grace is who requested"):
        verify(prod, approve(prod), "arn:aws:sts::3:assumed-role/other-role/grace")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "diabetes"),
        ("environment", "staging"),
        ("image_digest", "sha256:" + "b" * 64),
        ("built_by", "arn:aws:sts::3:assumed-role/platform-engineer/linus"),
        ("approver", "arn:aws:sts::3:assumed-role/platform-engineer/linus"),
        ("evidence_digest", "sha256:0"),
    ],
)
def test_a_changed_word_breaks_the_signature(prod: Place, field: str, value: str) -> None:
    stored = approve(prod)
    stored["statement"][field] = value
    with pytest.raises(RefusedError, match="altered or forged"):
        verify(prod, stored)


def test_evidence_exchanged_after_the_approval_is_noticed(prod: Place) -> None:
    stored = approve(prod)
    stored["evidence"] = {"outcome": "passed", "version": "9"}
    with pytest.raises(RefusedError, match="not what the approver saw"):
        verify(prod, stored)


def test_an_approval_for_another_release_does_not_fit(prod: Place) -> None:
    stored = approve(prod)
    other = {**RELEASE, "image_digest": "sha256:" + "c" * 64}
    with pytest.raises(RefusedError, match="image_digest"):
        approvals.verify(prod, stored, model=world.MODEL, release=other, requester="arn:x/linus")


def test_a_signature_by_another_key_is_refused(prod: Place) -> None:
    stored = approve(prod)
    other = prod.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    forged = statements.sign(prod.client("kms"), other["KeyMetadata"]["Arn"], stored["statement"])
    with pytest.raises(RefusedError, match="altered or forged"):
        verify(prod, {**forged.stored(), "evidence": EVIDENCE})


def test_delivery_checks_again_and_refuses(prod: Place) -> None:
    works = Works(root=prod.root)
    seat = station(prod, works)
    stored = approve(prod)
    stored["statement"]["approver"] = "arn:aws:sts::3:assumed-role/platform-engineer/linus"
    begin(seat.journeys, prod, stored)
    worker.sweep(seat)
    journey = seat.journeys.find("j1")
    assert journey is not None
    assert journey.state is State.REFUSED
    assert works.calls == ["record"]


def test_the_stored_approval_is_what_delivery_reads(prod: Place) -> None:
    stored = approve(prod)
    assert approvals.given(prod, world.MODEL, RELEASE["image_digest"]) == [stored]
    assert verify(prod, stored)["kind"] == "approval"


def begin(journeys: Journeys, place: Place, approval: dict[str, Any]) -> None:
    journeys.begin(living.requested(place, approval=approval))
