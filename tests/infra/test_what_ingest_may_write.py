"""The data role writes every zone that ingestion writes, and cannot touch what has landed."""

from __future__ import annotations

import pytest

from tests.infra.permissions import allows

LAKE = "arn:aws:fake:::lakehouse-bucket"


@pytest.mark.parametrize("zone", ["raw", "curated", "quarantine", "asof", "refused"])
def test_every_zone_of_ingestion_is_written_and_read(zone: str) -> None:
    for action in ("s3:GetObject", "s3:PutObject"):
        assert allows("prod", "data", action, f"{LAKE}/{zone}/flights/2013-01.json")


def test_a_refusal_stays() -> None:
    assert not allows("prod", "data", "s3:DeleteObject", f"{LAKE}/refused/flights/2013-01.json")


def test_what_landed_is_read_only() -> None:
    landed = f"{LAKE}/landing/flights/2013-01.csv"
    assert allows("prod", "data", "s3:GetObject", landed)
    assert not allows("prod", "data", "s3:PutObject", landed)
    assert not allows("prod", "data", "s3:DeleteObject", landed)
