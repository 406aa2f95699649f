"""No identifier survives redaction, joins still work, and no one stands alone in a small class."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ml.data.anonymise import Redacted, RedactionRefusedError, class_sizes, pseudonyms, redact
from ml.spec_sections import Coarsening, TableRedaction
from tests.ml.data.conftest import KEY

pytestmark = pytest.mark.slow

RULES = TableRedaction(
    pseudonyms={"tail": "aircraft"},
    coarsen={"year": Coarsening(band=10)},
    drop=("model",),
    quasi_identifiers=("year", "maker"),
    suppress_at_most=1.0,
)


def redacted(frame: pl.DataFrame, rules: TableRedaction = RULES, k: int = 3) -> Redacted:
    return redact(frame, rules, key=KEY, k=k, restricted=frozenset({"tail"}))


def planes(rows: list[tuple[str, int, str]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        rows, schema={"tail": pl.String, "year": pl.Int64, "maker": pl.String}, orient="row"
    )
    return frame.with_columns(pl.lit("m").alias("model"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.from_regex(r"N[0-9A-Z]{3,5}", fullmatch=True),
            st.integers(1950, 2013),
            st.sampled_from(["A", "B", "C"]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.integers(2, 6),
)
def test_what_is_published_has_no_identifier_and_no_small_class(
    rows: list[tuple[str, int, str]], k: int
) -> None:
    result = redacted(planes(rows), k=k)
    assert not set(result.frame["tail"]) & {tail for tail, _, _ in rows}
    assert all(year % 10 == 0 for year in result.frame["year"])
    assert "model" not in result.frame.columns
    assert result.frame.height + result.suppressed == len(rows)
    sizes = class_sizes(result.frame, RULES.quasi_identifiers)["rows"].to_list()
    assert all(size >= k for size in sizes)
    assert result.smallest_class == (min(sizes) if sizes else None)


def test_standardised_numbers_are_cut_down_to_a_fraction() -> None:
    rules = TableRedaction(coarsen={"age": Coarsening(band=0.04)}, quasi_identifiers=("age",))
    ages = pl.DataFrame({"age": [-0.001, -0.039, 0.001, 0.039, 0.041, 0.079]})
    result = redact(ages, rules, key=KEY, k=2, restricted=frozenset())
    assert result.frame["age"].to_list() == [-0.04, -0.04, 0.0, 0.0, 0.04, 0.04]
    assert result.smallest_class == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=8)), max_size=20))
def test_equal_values_stay_equal_and_different_ones_different(values: list[str | None]) -> None:
    hashed = pseudonyms(pl.Series(values, dtype=pl.String), KEY, "aircraft").to_list()
    assert [value is None for value in values] == [value is None for value in hashed]
    pairs = {(a, b) for a, b in zip(values, hashed, strict=True) if a is not None}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_one_domain_joins_across_tables_and_another_does_not() -> None:
    one = pl.Series("a", ["N1", "N2"])
    other = pl.Series("b", ["N2"])
    assert pseudonyms(one, KEY, "x")[1] == pseudonyms(other, KEY, "x")[0]
    assert pseudonyms(one, KEY, "x")[1] != pseudonyms(other, KEY, "y")[0]


def test_the_key_decides_the_pseudonym_and_a_short_one_is_refused() -> None:
    values = pl.Series("a", ["N1"])
    assert pseudonyms(values, KEY, "x")[0] != pseudonyms(values, KEY[::-1], "x")[0]
    with pytest.raises(RedactionRefusedError, match="has 5 bytes; it must have at least 32"):
        pseudonyms(values, b"short", "x")


def test_too_many_rows_in_small_classes_refuse_the_table() -> None:
    frame = planes([("N1", 1990, "A")] * 98 + [("N2", 1990, "B"), ("N3", 1970, "A")])
    strict = RULES.model_copy(update={"suppress_at_most": 0.01})
    with pytest.raises(RedactionRefusedError, match="2 of 100 rows are in classes of fewer than"):
        redacted(frame, strict)
    generous = RULES.model_copy(update={"suppress_at_most": 0.02})
    assert redacted(frame, generous).suppressed == 2


def test_a_restricted_column_without_a_rule_is_refused() -> None:
    with pytest.raises(RedactionRefusedError, match="neither pseudonymised nor dropped: tail"):
        redacted(planes([("N1", 1990, "A")]), TableRedaction())


def test_a_rule_for_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(RedactionRefusedError, match="do not exist: wings"):
        redacted(planes([("N1", 1990, "A")]), RULES.model_copy(update={"drop": ("wings",)}))
