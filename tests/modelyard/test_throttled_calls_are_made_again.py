"""A call that AWS throttles is made again, five times at most, whatever the shell's settings."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from modelyard.delivery import approvals
from modelyard.delivery.statements import verify
from modelyard.place import Place
from modelyard.versions import versions
from tests.modelyard import world
from tests.throttling import Throttling, pauses

__all__ = ["pauses"]

pytestmark = pytest.mark.slow

MOST = 5


def approval(place: Place) -> dict[str, Any]:
    release = world.RELEASE | {"built_by": "arn:aws:sts::1:assumed-role/platform-engineer/grace"}
    return approvals.approve(place, model=world.MODEL, release=release, evidence={})


@pytest.mark.parametrize("operation", ["ListModelPackages", "DescribeModelPackage"])
def test_the_registry_is_read(pauses: list[float], prod: Place, operation: str) -> None:
    world.register(prod, "first")
    throttling = Throttling(prod.client("sagemaker"), operation, MOST - 1)
    assert [version.number for version in versions(prod, world.MODEL)] == ["1"]
    assert throttling.attempts == MOST
    assert len(pauses) == MOST - 1


def test_who_calls_is_asked_and_their_role_taken(pauses: list[float], prod: Place) -> None:
    asking = Throttling(prod.client("sts"), "GetCallerIdentity", MOST - 1)
    taking = Throttling(prod.client("sts"), "AssumeRole", MOST - 1)
    assert approval(prod)["statement"]["approver"].endswith("/ada")
    assert (asking.attempts, taking.attempts) == (MOST, MOST)


def test_an_approval_is_signed_and_verified(
    pauses: list[float], prod: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    promoter = approvals.promoter_kms(prod)
    monkeypatch.setattr(approvals, "promoter_kms", lambda _place: promoter)
    signing = Throttling(promoter, "Sign", MOST - 1)
    verifying = Throttling(prod.client("kms"), "Verify", MOST - 1)
    stored = approval(prod)
    key = prod.platform.approval_key_arn
    assert verify(prod.client("kms"), key, stored, what="approval") == stored["statement"]
    assert (signing.attempts, verifying.attempts) == (MOST, MOST)


def test_what_is_throttled_for_good_ends_with_the_reason(pauses: list[float], prod: Place) -> None:
    throttling = Throttling(prod.client("sagemaker"), "ListModelPackages", 100)
    with pytest.raises(ClientError, match="ThrottlingException"):
        versions(prod, world.MODEL)
    assert throttling.attempts == MOST
