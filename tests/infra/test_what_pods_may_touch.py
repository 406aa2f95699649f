"""Servers read what features need and put what they record; only the collector takes it up."""

from __future__ import annotations

import pytest

from tests.infra.permissions import allows, statements_of

LAKE = "arn:aws:fake:::lakehouse-bucket"
ANSWERS, LABELS = "capture/flight_delay/pod/1.seg", "feedback/flight_delay/pod/1.seg"


def server(action: str, key: str) -> bool:
    return allows("prod", "serving", f"s3:{action}", f"{LAKE}/{key}")


def collector(action: str, key: str) -> bool:
    return allows("prod", "collector", f"s3:{action}", f"{LAKE}/{key}")


def test_a_server_reads_as_of_tables_and_no_other() -> None:
    assert server("GetObject", "asof/flight_delay/flights/part-0.parquet")
    for zone in ("raw", "curated", "features", "predictions", "labels", "landing"):
        assert not server("GetObject", f"{zone}/flights/part-0.parquet")
    assert not server("PutObject", "asof/flight_delay/current.json")


def test_a_server_lists_packages_only() -> None:
    prefixes = [
        prefix
        for statement in statements_of("prod", "serving")
        if "s3:ListBucket" in statement["Action"]
        for prefix in statement["Condition"]["StringLike"]["s3:prefix"]
    ]
    assert sorted(prefixes) == ["packages/*"]


@pytest.mark.parametrize("key", [ANSWERS, LABELS])
def test_a_server_puts_segments_and_can_neither_read_nor_delete_them(key: str) -> None:
    assert server("PutObject", key)
    assert not server("GetObject", key)
    assert not server("DeleteObject", key)


@pytest.mark.parametrize("key", [ANSWERS, LABELS])
def test_the_collector_takes_segments_up(key: str) -> None:
    assert collector("GetObject", key)
    assert collector("DeleteObject", key)


def test_the_collector_writes_predictions_and_labels_and_nothing_else() -> None:
    for zone in ("predictions", "labels"):
        assert collector("PutObject", f"{zone}/flight_delay/_delta_log/0.json")
    for zone in ("curated", "asof", "features", "metrics"):
        assert not collector("PutObject", f"{zone}/flight_delay/part-0.parquet")
