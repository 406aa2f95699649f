"""A landed file is ingested exactly once, or refused whole with its reason on record."""

import json
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import Contract
from ml.data.ingest import Outcome, ingest
from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from tests.ml.data import trips


class Zone:
    """A lake in which files land."""

    def __init__(self, root: str, contract: Contract) -> None:
        self.lake, self.files, self.contract = Lakehouse(root), Store(root), contract

    def land(self, name: str, frame: pl.DataFrame) -> None:
        self.files.put(f"landing/trips/{name}", frame.write_csv().encode())

    def run(self) -> list[Outcome]:
        return ingest(self.lake, self.files, self.contract, ("trips",))

    def rows(self, zone: str) -> pl.DataFrame:
        return self.lake.read(f"{zone}/trips").frame


@pytest.fixture
def zone(tmp_path: Path) -> Zone:
    return Zone(str(tmp_path / "lake"), trips.contract(tmp_path))


def test_rows_reach_their_zones(zone: Zone) -> None:
    zone.land("a.csv", trips.batch({}, {"minutes": "-5", "_planted": "negative"}, {"paid": "x"}))
    (outcome,) = zone.run()
    assert (
        outcome.state,
        outcome.landed,
        outcome.valid,
        outcome.quarantined,
        outcome.planted,
    ) == ("ingested", 3, 1, 2, 1)
    assert zone.rows("raw").height == 3
    assert zone.rows("raw")["minutes"].to_list() == ["10", "-5", "10"]
    assert zone.rows("curated")["minutes"].to_list() == [10]
    assert zone.rows("quarantine").select("_batch", "_row", "_planted", "_rules").rows() == [
        ("a.csv", 2, "negative", ["minutes.minimum"]),
        ("a.csv", 3, None, ["paid.type"]),
    ]


def test_a_second_run_changes_nothing(zone: Zone) -> None:
    zone.land("a.csv", trips.batch({}, {}))
    zone.run()
    versions = {z: zone.lake.version(f"{z}/trips") for z in ("raw", "curated", "quarantine")}
    assert [outcome.state for outcome in zone.run()] == ["already ingested"]
    for name, version in versions.items():
        assert zone.lake.version(f"{name}/trips") == version


@pytest.mark.parametrize("written", [("raw",), ("raw", "quarantine")])
def test_a_run_that_died_half_way_is_completed_without_doubles(
    zone: Zone, written: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    zone.land("a.csv", trips.batch({}, {"minutes": "-5"}))
    append = Lakehouse.append

    def dying(self: Lakehouse, name: str, frame: pl.DataFrame, **kwargs: object) -> bool:
        if name.split("/")[0] not in written:
            raise KeyboardInterrupt
        return append(self, name, frame, **kwargs)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Lakehouse, "append", dying)
        with pytest.raises(KeyboardInterrupt):
            zone.run()
    assert [outcome.state for outcome in zone.run()] == ["ingested"]
    assert [zone.rows(z).height for z in ("raw", "curated", "quarantine")] == [2, 1, 1]


def test_a_refused_batch_writes_nothing_and_stops_no_other(zone: Zone) -> None:
    zone.land("a.csv", trips.batch({}).rename({"kind": "sort"}))
    zone.land("b.csv", trips.batch({}))
    refused, ingested = zone.run()
    assert (refused.state, ingested.state) == ("refused", "ingested")
    assert zone.rows("raw")["_batch"].to_list() == ["b.csv"]
    record = json.loads(zone.files.get("refused/trips/a.csv.json") or b"")
    assert record["reason"] == "columns missing: kind; columns not in the contract: sort"
    assert [outcome.state for outcome in zone.run()] == ["already refused", "already ingested"]


def test_a_refused_file_that_was_mended_is_ingested(zone: Zone) -> None:
    zone.land("a.csv", trips.batch({}).drop("kind"))
    zone.run()
    zone.land("a.csv", trips.batch({}))
    assert [outcome.state for outcome in zone.run()] == ["ingested"]


def test_another_file_under_an_ingested_name_is_refused(zone: Zone) -> None:
    zone.land("a.csv", trips.batch({}))
    zone.run()
    zone.land("a.csv", trips.batch({}, {}))
    (outcome,) = zone.run()
    assert outcome.state == "refused"
    assert "land it under a new name" in outcome.reason
    assert zone.rows("curated").height == 1


def test_a_row_that_landed_before_is_quarantined(zone: Zone) -> None:
    zone.land("a.csv", trips.batch({}))
    zone.land("b.csv", trips.batch({}, {}))
    assert [outcome.broken for outcome in zone.run()] == [{}, {"primary_key": 1}]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"trip,left\nt1\nt2,b,c,d\n", "not readable as CSV|columns missing"),
        (b"\xff\xfe\x00", "not readable as CSV|columns missing"),
        (b"", "not readable as CSV"),
        (b"trip,trip\na,b\n", "columns given twice: trip"),
    ],
)
def test_a_file_that_is_no_table_is_refused(zone: Zone, body: bytes, reason: str) -> None:
    zone.files.put("landing/trips/x.csv", body)
    (outcome,) = zone.run()
    assert outcome.state == "refused"
    assert any(part in outcome.reason for part in reason.split("|"))
