"""The process of ingestion is killed around its commits; run again, each row is there once."""

from __future__ import annotations

import signal

import polars as pl
import pytest

from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from models.diabetes import source
from tests.ml.conftest import Account
from tests.ml.ended_at import Moment, ended_at
from tests.ml.serving.fault_proxy import FaultProxy
from tests.ml.steps.step_process import finished, step_process
from tests.recovery import Recovery

pytestmark = pytest.mark.process

ZONES = ("raw", "quarantine", "curated")
"""In the order in which they are written."""
BAD = "443,much,0,0,0,0,0,0,0,0,0,100.0\n"


def test_around_every_commit_no_row_is_lost_or_there_twice(
    reached: Account, endpoint: str, recovery: Recovery
) -> None:
    lake = Lakehouse(f"s3://{reached.bucket}")
    ((name, body),) = source.batches()["patients"].items()
    Store(lake.root).put(f"landing/patients/{name}", body + BAD.encode())
    ingest = ["ingest", "--model", "diabetes", "--lake", lake.root]

    def rows() -> dict[str, int]:
        """How many there are in each zone by now."""
        zones = {zone: lake.columns(f"{zone}/patients", ["patient"]) for zone in ZONES}
        return {zone: frame.height for zone, frame in zones.items() if frame is not None}

    with FaultProxy(endpoint).running() as proxy:

        def killed(moment: Moment, zone: str) -> dict[str, int]:
            code, said = ended_at(
                proxy,
                moment,
                ("PUT", f"{zone}/patients/_delta_log/"),
                lambda: step_process(*ingest, AWS_ENDPOINT_URL=proxy.url),
            )
            assert code == -signal.SIGKILL, said
            return rows()

        assert killed("before", "raw") == {}
        assert killed("after", "raw") == {"raw": 443}
        assert killed("before", "quarantine") == {"raw": 443}
        assert killed("after", "quarantine") == {"raw": 443, "quarantine": 1}
        assert killed("before", "curated") == {"raw": 443, "quarantine": 1}
    with recovery.within(60, "the process of ingestion killed around 3 commits, run once more"):
        assert finished(step_process(*ingest))[0] == 0
    assert rows() == {"raw": 443, "quarantine": 1, "curated": 442}
    curated = lake.read("curated/patients").frame
    assert curated.select(pl.col("patient").is_unique().all()).item()
    _code, said = finished(step_process(*ingest))
    assert "already ingested" in said
    assert rows() == {"raw": 443, "quarantine": 1, "curated": 442}
