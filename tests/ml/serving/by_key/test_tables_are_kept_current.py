"""A replica has tables before it is ready, and newer ones within a few looks."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from ml.data.lakehouse import Lakehouse
from tests.ml.serving import asof
from tests.ml.serving.by_key.replicas import ASK, client_of, replica, told_by
from tests.ml.serving.cloud import Cloud, Packaged
from tests.ml.serving.lake import wait_until

pytestmark = pytest.mark.process


def test_a_new_replica_that_is_ready_answers_by_key_at_once(
    http: httpx.Client, cloud: Cloud, package: Packaged, volume: Path
) -> None:
    """Else a roll-out takes the last server away that has tables."""
    assert http.get(f"{ASK}/ready").status_code == 200
    with replica(cloud, package, volume) as new, client_of(new) as asking:
        wait_until(lambda: asking.get("/healthz/ready").status_code == 200, 120)
        asked = asking.post(f"{ASK}/infer", json=asof.question(asof.flights(1)))
    assert asked.status_code == 200, asked.text


def test_newer_tables_are_used_within_a_few_looks(http: httpx.Client, lake: Lakehouse) -> None:
    # Nobody has landed yet at the first departure; later on, all who landed were late.
    ask = asof.question(asof.flights().tail(1))
    before = http.post(f"{ASK}/infer", json=ask).json()["outputs"][0]["data"]
    asof.land(lake, 2, asof.flights(late=60.0))
    wait_until(
        lambda: http.post(f"{ASK}/infer", json=ask).json()["outputs"][0]["data"] != before, 120
    )
    asof.land(lake, 3, asof.flights())
    wait_until(
        lambda: http.post(f"{ASK}/infer", json=ask).json()["outputs"][0]["data"] == before, 120
    )


def test_the_gauge_says_how_old_the_look_is(http: httpx.Client) -> None:
    # It looks five times a second.
    wait_until(lambda: 0 < told_by(http)["modelyard_asof_unchecked_seconds"] < 30)
