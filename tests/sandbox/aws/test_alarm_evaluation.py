"""An alarm's state follows from its latest datapoints as AWS documents it: M of N, gaps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.aws.alarms.evaluation import EXTRA_PERIODS, Treatment, evaluate

TREATMENTS: tuple[Treatment, ...] = ("missing", "ignore", "breaching", "notBreaching")
KEEP, NO_DATA = None, "INSUFFICIENT_DATA"
POINT = {"0": False, "X": True, "-": None}


def points(drawn: str) -> list[bool | None]:
    """AWS draws them so: oldest first, 0 within the threshold, X beyond it, - missing."""
    return [POINT[each] for each in drawn.split()]


# The two tables of "Configuring how CloudWatch alarms treat missing data", N = 3, range 5.
THREE_OF_THREE = [
    ("0 - X - X", 0, ("OK", "OK", "OK", "OK")),
    ("0 - - - -", 2, ("OK", "OK", "OK", "OK")),
    ("- - - - -", 3, (NO_DATA, KEEP, "ALARM", "OK")),
    ("0 X X - X", 0, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("- - X - -", 2, ("ALARM", KEEP, "ALARM", "OK")),
]
TWO_OF_THREE = [
    ("0 - X - X", 0, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 0 X 0 X", 0, ("ALARM", "ALARM", "ALARM", "ALARM")),
    ("0 - X - -", 1, ("OK", "OK", "ALARM", "OK")),
    ("- - - - 0", 2, ("OK", "OK", "ALARM", "OK")),
    ("- - - X -", 2, ("ALARM", KEEP, "ALARM", "OK")),
]


@pytest.mark.parametrize(
    ("drawn", "datapoints", "filled", "states"),
    [(drawn, 3, filled, states) for drawn, filled, states in THREE_OF_THREE]
    + [(drawn, 2, filled, states) for drawn, filled, states in TWO_OF_THREE],
)
def test_the_examples_of_the_documentation(
    drawn: str, datapoints: int, filled: int, states: tuple[str | None, ...]
) -> None:
    assert len(points(drawn)) == 3 + EXTRA_PERIODS
    verdicts = [
        evaluate(points(drawn), periods=3, datapoints=datapoints, treatment=each)
        for each in TREATMENTS
    ]
    assert tuple(each.state for each in verdicts) == states
    assert {each.filled for each in verdicts} == {filled}


@pytest.mark.parametrize("drawn", ["- - - - X", "- - - X -"])
@pytest.mark.parametrize("treatment", ["missing", "ignore"])
def test_a_datapoint_that_may_be_followed_by_a_good_one_does_not_ring_yet(
    drawn: str, treatment: Treatment
) -> None:
    assert evaluate(points(drawn), periods=3, datapoints=3, treatment=treatment).state is KEEP


def test_datapoints_older_than_n_periods_do_not_count_when_none_is_missing() -> None:
    assert evaluate(points("X X 0 0 0"), periods=3, datapoints=1).state == "OK"


RANGES = st.integers(1, 6).flatmap(
    lambda periods: st.tuples(
        st.just(periods),
        st.integers(1, periods),
        st.lists(
            st.sampled_from([True, False, None]),
            min_size=periods + EXTRA_PERIODS,
            max_size=periods + EXTRA_PERIODS,
        ),
    )
)
Case = tuple[int, int, list[bool | None]]


@settings(max_examples=60, deadline=None)
@given(RANGES)
def test_with_enough_data_the_treatment_of_gaps_is_not_needed(case: Case) -> None:
    periods, datapoints, found = case
    states = {
        evaluate(found, periods=periods, datapoints=datapoints, treatment=each).state
        for each in TREATMENTS
    }
    if len([each for each in found if each is not None]) >= periods:
        assert len(states) == 1
        assert states <= {"OK", "ALARM"}


@settings(max_examples=60, deadline=None)
@given(RANGES, st.sampled_from(TREATMENTS), st.data())
def test_one_more_breach_never_ends_an_alarm(
    case: Case, treatment: Treatment, data: st.DataObject
) -> None:
    periods, datapoints, found = case
    before = evaluate(found, periods=periods, datapoints=datapoints, treatment=treatment)
    good = [index for index, each in enumerate(found) if each is False]
    if before.state == "ALARM" and good:
        found[data.draw(st.sampled_from(good))] = True
        after = evaluate(found, periods=periods, datapoints=datapoints, treatment=treatment)
        assert after.state == "ALARM"


@settings(max_examples=60, deadline=None)
@given(RANGES, st.sampled_from(TREATMENTS))
def test_an_alarm_needs_a_breach_or_gaps_that_count_as_one(
    case: Case, treatment: Treatment
) -> None:
    periods, datapoints, found = case
    verdict = evaluate(found, periods=periods, datapoints=datapoints, treatment=treatment)
    assert len(verdict.evaluated) + verdict.filled == periods
    if verdict.state == "ALARM" and treatment != "breaching":
        assert True in found
    if verdict.state == NO_DATA:
        assert treatment == "missing"
        assert set(found) == {None}
