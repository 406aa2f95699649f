"""What is wrong with a landed file is refused whole or row by row; what gets through is known.

Each case changes one thing about a sound file of 100 rows; the counts are what became of it.
"""

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from ml.data.ingest import Outcome
from tests.ml.data import trips
from tests.ml.data.test_ingest import Zone

pytestmark = pytest.mark.slow

ROWS = 100


def sound() -> pl.DataFrame:
    rows = ({"minutes": str(n), "kind": "tram" if n % 2 else "bus"} for n in range(ROWS))
    return trips.batch(*rows)


def text(frame: pl.DataFrame, separator: str = ",") -> bytes:
    return frame.write_csv(separator=separator).encode()


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


def having(column: str, value: str | pl.Expr, every: int = 1) -> bytes:
    """The file with another value in every so many rows of a column."""
    new = pl.lit(value) if isinstance(value, str) else value
    here = pl.int_range(pl.len()) % every == 0
    return text(sound().with_columns(pl.when(here).then(new).otherwise(column).alias(column)))


def replaced(old: bytes, new: bytes) -> bytes:
    """The file with some bytes of one row changed."""
    content = text(sound())
    assert content.count(old) == 1
    return content.replace(old, new)


def land(folder: Path, body: bytes, name: str = "x.csv") -> tuple[Outcome, Zone]:
    zone = Zone(str(folder / "lake"), trips.contract(folder))
    zone.files.put(f"landing/trips/{name}", body)
    (outcome,) = zone.run()
    return outcome, zone


THOUSANDFOLD = (pl.col("minutes").cast(pl.Int64) * 1000).cast(pl.String)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "empty CSV"),
    "a header alone": (lambda: text(sound().head(0)), "no rows"),
    "cut in the middle": (lambda: text(sound())[:2000], "fields instead of 7, so the file is cut"),
    "cut in a quoted value": (lambda: text(sound())[:2000] + b',"19', "could not parse"),
    "a row with one field too many": (lambda: replaced(b"t7,", b"t7,x,"), "more fields"),
    "a row with one field too few": (lambda: replaced(b"t7,", b""), "row 8 has 6 fields"),
    "semicolons": (lambda: text(sound(), ";"), "columns missing: trip, left"),
    "UTF-16": (lambda: sound().write_csv().encode("utf-16"), "can't decode"),
    "Latin-1": (lambda: having("kind", "bús").decode().encode("latin-1"), "invalid utf-8"),
    "Parquet": (lambda: parquet(sound()), "can't decode"),
    "truncated Parquet": (lambda: parquet(sound())[:-50], "can't decode"),
    "a column renamed": (lambda: text(sound().rename({"stops": "halts"})), "missing: stops"),
    "a column retyped": (lambda: having("minutes", "ten"), "none of 100 values is a integer"),
    "instants without a zone": (
        lambda: having("left", "2013-01-01T10:00:00"),
        "column left: none of 100 values is a timestamp",
    ),
}
QUARANTINED: dict[str, tuple[Callable[[], bytes], dict[str, int]]] = {
    "another type in 5 of 100 rows": (
        lambda: having("minutes", "ten", every=20),
        {"minutes.type": 5},
    ),
    "a unit times 1000": (
        lambda: having("minutes", THOUSANDFOLD),
        {"minutes.maximum": 99, "trams_are_short": 50},
    ),
    "a new category": (lambda: having("kind", "ferry", every=20), {"kind.enum": 5}),
    "a required column all null": (lambda: having("left", ""), {"left.required": 100}),
    "5 rows twice": (lambda: text(pl.concat([sound(), sound().head(5)])), {"primary_key": 5}),
}
THROUGH: dict[str, Callable[[], bytes]] = {
    "columns in another order": lambda: text(sound().select(reversed(sound().columns))),
    "an optional column all null": lambda: having("stops", ""),
    "a unit times 1000 where no rule bounds it": lambda: having("stops", "1500"),
    "cut between two rows": lambda: b"".join(text(sound()).splitlines(keepends=True)[:51]),
    "5 rows again under keys of their own": lambda: text(
        pl.concat([sound(), sound().head(5).with_columns(trip=pl.col("trip") + "again")])
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_what_the_contract_says_is_refused_whole(
    tmp_path: Path, name: str
) -> None:
    make, reason = REFUSED[name]
    outcome, zone = land(tmp_path, make())
    assert outcome.state == "refused"
    assert reason in outcome.reason
    assert zone.lake.version("raw/trips") is None


@pytest.mark.parametrize("cut", [0, 50], ids=["whole", "cut by 50 bytes"])
def test_parquet_is_refused_under_its_own_name_too(tmp_path: Path, cut: int) -> None:
    file = parquet(sound())
    outcome, zone = land(tmp_path, file[: len(file) - cut], "x.parquet")
    assert (outcome.state, outcome.batch) == ("refused", "x.parquet")
    assert "not readable as CSV: 'utf-8' codec can't decode" in outcome.reason
    assert zone.lake.version("raw/trips") is None


@pytest.mark.parametrize("name", QUARANTINED)
def test_rows_that_break_a_rule_are_set_aside_with_its_name_and_no_others(
    tmp_path: Path, name: str
) -> None:
    make, broken = QUARANTINED[name]
    outcome, _ = land(tmp_path, make())
    assert outcome.broken == broken
    assert outcome.quarantined == max(broken.values())
    assert outcome.valid == outcome.landed - outcome.quarantined


@pytest.mark.parametrize("name", THROUGH)
def test_what_no_rule_forbids_gets_through(tmp_path: Path, name: str) -> None:
    outcome, _ = land(tmp_path, THROUGH[name]())
    assert (outcome.state, outcome.quarantined) == ("ingested", 0)


def test_another_zone_is_read_as_the_same_moment(tmp_path: Path) -> None:
    _, zone = land(tmp_path, having("left", "2013-01-01T15:00:00+05:00"))
    assert zone.rows("curated")["left"].unique().dt.to_string("%H:%M %Z").to_list() == [
        "10:00 UTC"
    ]


def test_no_reason_repeats_what_stands_in_the_file(tmp_path: Path) -> None:
    secret = b'"Ada Lovelace'
    for number, body in enumerate(
        [text(sound())[:2000] + b"," + secret, replaced(b"t7,", secret)]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        outcome, _ = land(folder, body)
        assert outcome.state == "refused"
        assert "Ada" not in outcome.reason


def test_of_all_places_to_cut_the_last_row_two_pass_unseen(tmp_path: Path) -> None:
    content = text(sound()).rstrip()
    last_row = content.rsplit(b"\n", 1)[1]
    unseen = []
    for cut in range(1, len(last_row)):
        folder = tmp_path / str(cut)
        folder.mkdir()
        outcome, _ = land(folder, content[:-cut])
        if outcome.state == "ingested" and not outcome.quarantined:
            unseen.append(last_row[:-cut].rsplit(b",", 1)[1].decode())
    # What is left of the last value, a day that may be missing: the 2nd, or nothing at all.
    assert (len(last_row) - 1, unseen) == (52, ["2012-12-2", ""])
