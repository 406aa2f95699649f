"""Development's copy of the flights names nobody, and costs not one feature."""

from datetime import date

import polars as pl
import pytest

from ml.data.anonymise import Redacted, class_sizes, pseudonyms, redact
from ml.data.contract import load_contract
from ml.data.features import feature_table
from ml.data.window import Window
from ml.spec import ModelSpec

pytestmark = pytest.mark.slow

KEY = b"a key that never leaves production"
MONTH = pl.col("month") == 3


def mirror(spec: ModelSpec, table: str, frame: pl.DataFrame) -> Redacted:
    """A table under its own rules, each row with its number."""
    columns = load_contract(spec.contract_path).tables[table].columns
    return redact(
        frame.with_row_index("row"),
        spec.data.redaction.tables[table],
        key=KEY,
        k=spec.data.redaction.k,
        restricted=frozenset(each.name for each in columns if each.restricted),
    )


@pytest.fixture(scope="module")
def redacted(spec: ModelSpec, curated: dict[str, pl.DataFrame]) -> Redacted:
    return mirror(spec, "flights", curated["flights"])


@pytest.fixture(scope="module")
def kept(redacted: Redacted, curated: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The flights of the mirror as production has them, in the same order."""
    return curated["flights"][redacted.frame["row"]]


@pytest.mark.parametrize("last", [4, 6])
def test_no_flight_stands_in_a_class_below_k_and_hardly_any_is_left_out(
    spec: ModelSpec, curated: dict[str, pl.DataFrame], last: int
) -> None:
    """With the months that the first version learns from, and with those of the second."""
    flights = curated["flights"].filter(pl.col("month") <= last)
    result = mirror(spec, "flights", flights)
    sizes = class_sizes(result.frame, ("carrier", "origin", "dest"))["rows"]
    assert min(sizes.to_list()) >= spec.data.redaction.k == 5
    assert 0 < result.suppressed == flights.height - result.frame.height
    assert result.suppressed <= 0.001 * flights.height


def test_no_number_of_a_flight_or_an_aircraft_is_readable(
    redacted: Redacted, kept: pl.DataFrame
) -> None:
    for name in ("flight", "tailnum"):
        assert not set(redacted.frame[name].drop_nulls()) & set(kept[name].drop_nulls())
        assert redacted.frame[name].n_unique() == kept[name].n_unique()


def test_every_other_column_is_kept_to_the_minute(redacted: Redacted, kept: pl.DataFrame) -> None:
    other = [name for name in kept.columns if name not in {"flight", "tailnum"}]
    assert {"dep_time", "sched_arr_time", "minute", "time_hour", "arr_delay"} <= set(other)
    assert redacted.frame.select(other).equals(kept.select(other))


def test_the_mirror_gives_the_features_of_production(
    spec: ModelSpec, curated: dict[str, pl.DataFrame], redacted: Redacted, kept: pl.DataFrame
) -> None:
    march = Window(start=date(2013, 3, 1), end=date(2013, 4, 1))
    ours, theirs = (
        feature_table(spec, {**curated, "flights": flights.filter(MONTH)}, march)
        for flights in (kept, redacted.frame.drop("row"))
    )
    named = ours.with_columns(pseudonyms(ours["key_flight"], KEY, "flight"))
    order = [name for name in named.columns if name.startswith("key_")]
    assert named.height > 28_000
    assert named["carrier_late_2h"].null_count() < 0.5 * named.height
    assert theirs.equals(named.sort(order))
