"""Every landed row ends up valid or in quarantine under the rules it broke; never in both."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ml.data.contract import Contract
from ml.data.quality import BatchRefusedError, Checked, check
from tests.ml.data import trips


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    return trips.contract(Path(tmp_path_factory.mktemp("contract")))


def checked(contract: Contract, frame: pl.DataFrame, known: pl.DataFrame | None = None) -> Checked:
    return check(
        frame, contract.tables["trips"], null_tokens=contract.null_tokens, known_keys=known
    )


BROKEN: dict[str, dict[str, str | None]] = {
    "minutes.type": {"minutes": "ten"},
    "minutes.minimum": {"minutes": "-1"},
    "minutes.maximum": {"minutes": "601"},
    "stops.type": {"stops": "nan"},
    "kind.enum": {"kind": "ship"},
    "paid.type": {"paid": "perhaps"},
    "left.type": {"left": "yesterday"},
    "left.required": {"left": None},
    "trip.required": {"trip": "NA"},
    "booked.type": {"booked": "2013-02-30"},
    "trams_are_short": {"kind": "tram", "minutes": "121"},
}


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_rule_is_named_and_the_row_kept_as_it_landed(
    contract: Contract, rule: str
) -> None:
    result = checked(contract, trips.batch({}, BROKEN[rule], {}))
    assert rule in result.quarantined["_rules"].to_list()[0]
    assert result.quarantined["_row"].to_list() == [2]
    assert result.valid["_row"].to_list() == [1, 3]
    ((column, landed),) = list(BROKEN[rule].items())[:1]
    assert result.quarantined[column].to_list() == [None if landed == "NA" else landed]


def test_a_row_names_all_the_rules_it_broke(contract: Contract) -> None:
    result = checked(contract, trips.batch({"minutes": "900", "kind": "ship"}, {}))
    assert result.quarantined["_rules"].to_list() == [["kind.enum", "minutes.maximum"]]
    assert result.broken == {"kind.enum": 1, "minutes.maximum": 1}


def test_a_missing_optional_value_breaks_nothing(contract: Contract) -> None:
    result = checked(contract, trips.batch({"minutes": "NA", "kind": None, "stops": ""}, {}))
    assert result.quarantined.is_empty()


def test_of_two_rows_with_one_key_the_first_sound_one_stays(contract: Contract) -> None:
    rows: list[dict[str, str | None]] = [
        {"trip": "a", "minutes": "x"},
        {"trip": "a"},
        {"trip": "a", "minutes": "20"},
    ]
    result = checked(contract, trips.batch(*rows, {}))
    assert result.valid["_row"].to_list() == [2, 4]
    assert result.quarantined["_rules"].to_list() == [["minutes.type"], ["primary_key"]]


def test_a_key_of_an_earlier_batch_is_caught(contract: Contract) -> None:
    result = checked(contract, trips.batch({}, {}), pl.DataFrame({"trip": ["t2"]}))
    assert result.valid["trip"].to_list() == ["t1"]
    assert result.quarantined["_rules"].to_list() == [["primary_key"]]


def test_planted_rows_keep_their_label(contract: Contract) -> None:
    result = checked(contract, trips.batch({}, {"minutes": "-5", "_planted": "negative"}))
    assert result.planted == 1
    assert result.quarantined["_planted"].to_list() == ["negative"]
    assert "_planted" not in result.valid.columns


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (trips.batch({}).drop("kind"), "columns missing: kind"),
        (trips.batch({"colour": "red"}), "columns not in the contract: colour"),
        (trips.batch({}).head(0), "no rows"),
        (
            trips.batch({"minutes": "a"}, {"minutes": "b"}),
            "column minutes: none of 2 values is a integer",
        ),
    ],
)
def test_a_batch_of_another_schema_is_refused_whole(
    contract: Contract, frame: pl.DataFrame, reason: str
) -> None:
    with pytest.raises(BatchRefusedError, match=reason):
        checked(contract, frame)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.sampled_from([None, *BROKEN]), min_size=1, max_size=30))
def test_exactly_the_broken_rows_are_quarantined(
    contract: Contract, plan: list[str | None]
) -> None:
    # A good row in front: a column without one readable value would be refused whole.
    rows: list[dict[str, str | None]] = [
        {},
        *({} if rule is None else BROKEN[rule] for rule in plan),
    ]
    result = checked(contract, trips.batch(*rows))
    expected = [number for number, rule in enumerate([None, *plan], 1) if rule is not None]
    assert result.quarantined["_row"].to_list() == expected
    assert sorted([*result.valid["_row"], *expected]) == list(range(1, len(rows) + 1))
    for rule, rules in zip(
        [rule for rule in plan if rule], result.quarantined["_rules"].to_list(), strict=True
    ):
        assert rule in rules
