"""The charts of a life draw what was judged, with axes and corridors that can be read."""

import json
from dataclasses import replace

import pytest

from modelyard.report.life import charts, features, panels
from modelyard.report.life.corridor import corridor
from tests.modelyard.example_life import classes, half_year, slices
from tests.modelyard.life.pages import page_of, rows_of


def test_a_week_lies_outside_of_its_corridor_exactly_when_it_rang() -> None:
    life, judged = half_year(), 0
    for signal in ("mean_prediction", "label_rate"):
        for week, each in life.found(signal):
            calm = corridor(life, week, each)
            assert (calm is None) == (each.p is None)
            if calm is not None:
                judged += 1
                assert (calm[0] <= each.value <= calm[1]) != each.breach
    assert judged == 40


def test_features_are_drawn_by_how_far_they_moved_and_no_more_than_a_page_can_bear() -> None:
    life = half_year()
    assert features.moved(life)[0] == "route_late_8h"
    wide = [
        replace(
            week,
            findings=[
                *week.findings,
                *(
                    replace(e, figure=f"{e.figure}_{n}")
                    for n in range(9)
                    for e in week.findings
                    if e.signal == "psi" and not e.figure.startswith("output_")
                ),
            ],
        )
        for week in life.weeks
    ]
    many = replace(life, weeks=wide)
    drawn = {row["feature"] for row in rows_of(features.features(many), "feature")}
    assert len(drawn) == features.MOST_FEATURES
    assert "The 24 of 100 that moved most." in page_of(many)


def test_slices_are_numbered_and_have_no_dates() -> None:
    page = page_of(slices())
    assert "Slice 1 to 12: " in page
    assert "1970" not in page
    assert "names none of them" in page


def test_classes_have_a_line_each() -> None:
    assert classes().classes == ["a", "b", "c"]
    outcome, said = panels.panels(classes())[:2]
    assert {row["who"] for row in outcome.rows} == {"a", "b", "c"}
    assert {row["who"] for row in said.rows} == {"a", "b", "c"}
    assert outcome.ends == said.ends


def test_every_panel_says_what_stands_on_its_axis_and_in_which_unit() -> None:
    assert [each.title for each in panels.panels(half_year())] == [
        "Outcome late, % of labelled answers",
        "Mean prediction, %",
        "Performance: ROC AUC (higher is better)",
        "Calibration error, % points (lower is better)",
        "Labels known, % of answers",
        "Drift of answers against each baseline, PSI (dotted: 0.1)",
        "Drift of features: how many beyond a PSI of 0.1",
        "Beside the labelled test rows, % above or below",
    ]


@pytest.mark.parametrize(
    ("value", "labels"), [(1_250_000.0, "~s"), (152.0, ""), (0.25, ""), (0.00002, "~e")]
)
def test_labels_have_room_whatever_the_outcome_is_measured_in(value: float, labels: str) -> None:
    outcome = panels.panels(slices())[0]
    row = {**outcome.rows[0], "value": value, "low": None, "high": None}
    assert replace(outcome, rows=[row], domain=None).labels == labels


def test_an_axis_of_nothing_but_zeros_counts_in_ones() -> None:
    outcome = panels.panels(slices())[0]
    row = {**outcome.rows[0], "value": 0.0, "low": None, "high": None}
    zeros = replace(outcome, rows=[row], domain=None)
    assert zeros.ends == (0.0, 1.0)


def test_a_corridor_of_shares_ends_where_shares_do() -> None:
    outcome, said = panels.panels(half_year())[:2]
    assert min(row["low"] for row in said.rows if row["low"] is not None) > 0
    wide = replace(outcome, domain=None, rows=[{**outcome.rows[-1], "low": -0.1, "high": 1.2}])
    assert wide.ends == (0.0, 1.0)


def test_a_half_year_is_a_page_of_readable_size() -> None:
    assert len(json.dumps(charts.life(half_year()))) < 300_000
