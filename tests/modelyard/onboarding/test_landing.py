"""A kept file lands as batches in one spelling, by month where rows have a time."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from ml.data.contract import load_contract
from ml.data.ingest import ingest
from ml.data.lakehouse import Lakehouse
from ml.data.store import Store
from modelyard.errors import YardError
from modelyard.onboarding import batches as cutting
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.user_made import batches_of, parts_of
from tests.modelyard.onboarding.files import csv_text, labelled

pytestmark = pytest.mark.slow

ROWS = 200


def day(n: int) -> str:
    return f"{n % 28 + 1:02d}.{n % 7 + 1:02d}.2024"


def content(start: int = 0) -> str:
    return csv_text(
        labelled(
            **{
                "Kunde": lambda n: f"K{n + start:05d}",
                "Betrag (€)": lambda n: f"{n},5" if n % 10 else "k.A.",
                "gesehen am": day,
            }
        ),
        ROWS,
        divider=";",
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with one user-made model."""
    (tmp_path / "models").mkdir()
    return tmp_path


def make(checkout: Path, **options: object) -> None:
    file = checkout / "kunden.csv"
    file.write_text(content(), encoding="cp1252")
    made = {"time": "gesehen am", "key": ("Kunde",), **options}
    make_model(checkout, Request(model="churn", file=file, label="y", **made), force=False)  # type: ignore[arg-type]
    file.unlink()


def frames(checkout: Path, **options: object) -> dict[str, pl.DataFrame]:
    found = batches_of(checkout, "churn", **options)  # type: ignore[arg-type]
    return {name: pl.read_csv(io.BytesIO(body), infer_schema=False) for name, body in found}


def test_rows_land_by_month_in_one_spelling(checkout: Path) -> None:
    make(checkout)
    landed = frames(checkout)
    assert [name[:7] for name in landed] == [f"2024-{month:02d}" for month in range(1, 8)]
    assert sum(frame.height for frame in landed.values()) == ROWS
    first = landed[next(iter(landed))]
    assert set(first["gesehen_am"].str.slice(0, 7)) == {"2024-01"}
    assert first["betrag"].to_list()[:2] == [None, "7.5"]


def test_a_part_of_the_rows_can_be_landed(checkout: Path) -> None:
    make(checkout)
    names = list(frames(checkout, parts="2024-02:2024-03,2024-07"))
    assert [name[:7] for name in names] == ["2024-02", "2024-03", "2024-07"]


def test_the_rows_of_each_month_are_counted_without_cutting_them(checkout: Path) -> None:
    make(checkout)
    landed = frames(checkout)
    assert parts_of(checkout, "churn") == {
        name[:7]: frame.height for name, frame in landed.items()
    }


def test_rows_without_time_land_together_and_each_has_a_key(checkout: Path) -> None:
    make(checkout, time="none", key=("none",))
    (frame,) = frames(checkout).values()
    assert frame["row_id"].n_unique() == ROWS
    with pytest.raises(YardError, match="has no time column"):
        frames(checkout, parts="2024-01")


def test_many_rows_land_in_pieces(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(checkout, time="none")
    monkeypatch.setattr(cutting, "_FEWEST_ROWS", 10)
    monkeypatch.setattr(cutting, "ROWS_PER_BATCH", 60)
    landed = frames(checkout)
    assert [frame.height for frame in landed.values()] == [60, 60, 60, 20]
    assert pl.concat(landed.values())["kunde"].to_list() == [f"K{n:05d}" for n in range(ROWS)]


def test_every_row_is_ingested_and_a_second_landing_changes_nothing(checkout: Path) -> None:
    make(checkout)
    lake, store = Lakehouse(str(checkout / "lake")), Store(str(checkout / "lake"))
    contract = load_contract(checkout / "models" / "churn" / "contract.yaml")
    for state in ("ingested", "already ingested"):
        for name, body in batches_of(checkout, "churn"):
            store.put(f"landing/churn/{name}", body)
        outcomes = ingest(lake, store, contract, ("churn",))
        assert {outcome.state for outcome in outcomes} == {state}
    curated = lake.read("curated/churn").frame
    assert curated.height == ROWS
    assert curated["betrag"].null_count() == 20
    assert curated.schema["gesehen_am"] == pl.Date


def test_another_file_of_the_same_shape_lands_too(checkout: Path) -> None:
    make(checkout)
    more = checkout / "mehr.csv"
    lines = [line.split(";") for line in content(start=500).splitlines()]
    more.write_text("\n".join(";".join(reversed(line)) for line in lines), encoding="cp1252")
    landed = frames(checkout, file=more)
    assert {key for frame in landed.values() for key in frame["kunde"]} == {
        f"K{n + 500:05d}" for n in range(ROWS)
    }
    assert not set(landed) & set(frames(checkout))
    more.write_text("Kundennr;y;gesehen am;m0;m1;m2;m3;m4;m5;m6;m7\n")
    with pytest.raises(YardError) as refused:
        frames(checkout, file=more)
    assert refused.value.message == (
        'columns missing: Betrag (€), Kunde (did you mean "Kundennr"?), x; '
        "the file has Kundennr, y, gesehen am, m0, m1, m2, m3, m4, m5, m6 and 1 more"
    )
    more.write_text(content().splitlines()[0] + "\n")
    with pytest.raises(YardError, match=r"mehr.csv has names but no rows"):
        frames(checkout, file=more)
    assert len([*(checkout / ".modelyard/datasets").iterdir()]) == 2


def test_of_two_columns_with_one_name_both_must_be_there(checkout: Path) -> None:
    twice = content().replace("Betrag (€)", "x", 1)
    file = checkout / "kunden.csv"
    file.write_text(twice)
    make_model(checkout, Request(model="churn", file=file, label="y"), force=False)
    assert {"x", "x_2"} <= set(next(iter(frames(checkout).values())).columns)
    file.write_text("\n".join(line.partition(";")[2] for line in twice.splitlines()))
    with pytest.raises(YardError, match=r"columns missing: x \(2 needed, 1 there\)"):
        frames(checkout, file=file)


def test_a_parquet_file_of_the_same_shape_lands_and_one_that_was_cut_off_does_not(
    checkout: Path,
) -> None:
    make(checkout)
    frame = pl.read_csv(content(start=500).encode(), separator=";", infer_schema=False)
    more = checkout / "mehr.parquet"
    frame.write_parquet(more)
    whole = more.read_bytes()
    more.write_bytes(whole[:-50])
    with pytest.raises(YardError, match=r"mehr\.parquet cannot be read: "):
        frames(checkout, file=more)
    more.write_bytes(whole)
    assert sum(frame.height for frame in frames(checkout, file=more).values()) == ROWS


def test_a_file_that_is_gone_or_damaged_is_told(checkout: Path) -> None:
    make(checkout)
    (kept,) = (checkout / ".modelyard" / "datasets").iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-5])
    with pytest.raises(YardError, match="is damaged"):
        frames(checkout)
    kept.unlink()
    with pytest.raises(YardError, match="is not on this machine"):
        frames(checkout)


def test_a_model_written_by_hand_has_no_file(checkout: Path) -> None:
    (checkout / "models" / "churn").mkdir()
    with pytest.raises(YardError, match="was not made from a file"):
        frames(checkout)


def test_a_landed_file_may_use_the_names_of_the_original(checkout: Path) -> None:
    make(checkout)
    store = Store(str(checkout / "lake"))
    store.put(
        "landing/churn/by-hand.csv",
        "x,Kunde,Betrag (€),gesehen am,y\n5,K9,1.5,2024-01-02,yes\n".encode(),
    )
    contract = load_contract(checkout / "models" / "churn" / "contract.yaml")
    lake = Lakehouse(str(checkout / "lake"))
    (outcome,) = ingest(lake, store, contract, ("churn",))
    assert (outcome.state, outcome.valid) == ("ingested", 1)
    assert lake.read("raw/churn").frame["betrag"].to_list() == ["1.5"]
