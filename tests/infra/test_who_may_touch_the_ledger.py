"""Who adds to the ledger can create entries and move its head, and can rewrite nothing."""

from __future__ import annotations

import pytest

from infra.names import LEDGER_HEAD
from ml.governance import entries
from tests.infra.permissions import allows

WRITERS = ("delivery", "promoter")
OTHERS = ("data", "training", "packaging", "serving", "collector")
APPROVAL_KEY = "arn:aws:fake:::approval-key"
LEDGER_KEY = "arn:aws:fake:::ledger-key"
AUDIT = "arn:aws:fake:::audit-bucket"
ENTRY = f"{AUDIT}/ledger/00000007.json"
HEAD = f"{AUDIT}/ledger/{entries.HEAD}"

by_every_writer = pytest.mark.parametrize("role", WRITERS)


@by_every_writer
def test_an_entry_is_created_and_never_replaced(role: str) -> None:
    assert allows("prod", role, "s3:PutObject", ENTRY, if_none_match="*")
    assert not allows("prod", role, "s3:PutObject", ENTRY, if_match="etag")
    assert not allows("prod", role, "s3:PutObject", ENTRY)


def test_grants_and_ledger_mean_the_same_head() -> None:
    assert LEDGER_HEAD == entries.HEAD


@by_every_writer
def test_the_head_moves_only_for_who_has_read_it(role: str) -> None:
    assert allows("prod", role, "s3:PutObject", HEAD, if_none_match="*")
    assert allows("prod", role, "s3:PutObject", HEAD, if_match="etag")
    assert not allows("prod", role, "s3:PutObject", HEAD)


@by_every_writer
def test_only_the_ledgers_versions_are_listed(role: str) -> None:
    assert allows("prod", role, "s3:ListBucketVersions", AUDIT, prefix="ledger/")
    assert not allows("prod", role, "s3:ListBucketVersions", AUDIT, prefix="approvals/")
    assert not allows("prod", role, "s3:ListBucketVersions", AUDIT)


@by_every_writer
def test_nothing_in_the_ledger_can_be_removed(role: str) -> None:
    for action in ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObjectRetention"):
        assert not allows("prod", role, action, ENTRY)


@by_every_writer
def test_the_ledger_is_signed_with_a_key_of_its_own(role: str) -> None:
    assert allows("prod", role, "kms:Sign", LEDGER_KEY)
    assert allows("prod", role, "kms:GetPublicKey", LEDGER_KEY)


@pytest.mark.parametrize("role", ["delivery", *OTHERS])
def test_only_the_promoter_signs_approvals(role: str) -> None:
    assert allows("prod", "promoter", "kms:Sign", APPROVAL_KEY)
    assert not allows("prod", role, "kms:Sign", APPROVAL_KEY)


def test_delivery_verifies_the_approvals_it_cannot_sign() -> None:
    assert allows("prod", "delivery", "kms:Verify", APPROVAL_KEY)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_writes_to_it(role: str) -> None:
    assert not allows("prod", role, "kms:Sign", LEDGER_KEY)
    for key in (ENTRY, HEAD):
        assert not allows("prod", role, "s3:PutObject", key, if_none_match="*")
        assert not allows("prod", role, "s3:PutObject", key, if_match="etag")
