"""The report shows a model's weeks: what rang, what did not, why or why not, what came of it."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from modelyard.live.watching import RECENT
from modelyard.report.facts import VersionFacts
from modelyard.report.life import charts, features, gains, panels
from modelyard.report.life.axis import marks, unseen_releases
from modelyard.report.life.corridor import corridor
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.quiet import quiet
from modelyard.report.life.verdicts import rang, summary
from modelyard.report.life.words import chance
from modelyard.report.render import render
from tests.modelyard.example_facts import facts
from tests.modelyard.example_life import classes, half_year, slices, unwatched


def made() -> list[VersionFacts]:
    """The versions that came by themselves, newest first."""
    return [each for each in facts().versions if each.number in ("3", "4")]


def page_of(*lives: LifeFacts) -> str:
    """What a reader reads, without scripts, styles and tags."""
    page = render(replace(facts(), lives=[*lives], versions=made(), stories={}))
    body = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture(scope="module")
def page() -> str:
    return page_of(half_year())


def why(life: LifeFacts) -> dict[str, str]:
    return dict(quiet(life))


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


def test_what_rang_is_shown_with_its_figures_and_its_limit(page: str) -> None:
    first, second = rang(half_year())
    assert (first.week, second.week) == ("2013-12-02", "2013-12-09")
    assert first.why == (
        "outcome (late) was 23.3 %; the 8 weeks before had 12.8 % on average, which leaves room "
        "from 8.14 % to 17.5 %. While nothing changes, 0.0264 % of all weeks lie as far away "
        "(Student's t +6.8); below 2 % it rings."
    )
    assert "2013-12-02 Outcome (late) was 23.3 %" in page
    assert "2 weeks that rang" in page


def test_the_whole_life_is_told_in_one_paragraph() -> None:
    assert summary(half_year()) == (
        "2013-07-01 to 2013-12-29: 18 weeks as usual, 6 weeks not fully judged, 2 unlike those "
        "before (2013-12-02, 2013-12-09). The retraining for alarm "
        "flight-delay-drift-label-rate-1f0c2a9 of 2013-12-10 06:01 made version 3 (live). "
        "The retraining for alarm flight-delay-drift-performance-1f0c2a9 of 2013-12-17 06:01 "
        "made version 4 (awaiting waiver)."
    )
    assert summary(classes()).endswith(
        ": 6 weeks as usual, 6 weeks not fully judged, none rang. Nothing asked for a retraining."
    )
    assert summary(slices()).startswith("slice 1 to 12: 12 slices watched, and no signal may ring")


def test_a_week_of_which_nothing_is_known_is_not_called_calm() -> None:
    life = half_year()
    empty = replace(life, weeks=[replace(life.weeks[20], findings=[])], retrainings=[])
    assert ": 1 week not fully judged, none rang." in summary(empty)


def test_what_became_of_each_alarm_is_told() -> None:
    life = half_year()
    heard = "Alarm flight-delay-drift-label-rate-1f0c2a9 went off on 2013-12-10 06:01."
    assert rang(life)[0].heard == heard
    silent = replace(life, alarms=[replace(each, went_off=[]) for each in life.alarms or []])
    assert "shows no change in the week after" in rang(silent)[0].heard
    assert rang(replace(life, alarms=[]))[0].heard.startswith("No alarm is provisioned")
    unasked = replace(life, alarms=None)
    assert rang(unasked)[0].heard == ""


def test_what_did_not_ring_says_why_not() -> None:
    told = why(half_year())
    assert "rang in 1. Of the others 2013-12-23 came closest" in told["mean prediction"]
    assert "only below 2 % it rings" in told["performance (ROC AUC)"]
    assert "not enough history" in told["6 weeks, 2013-07-01 to 2013-08-05"]
    assert "beyond a PSI of 0.1 in 26 of 26 weeks" in told["Features against validation"]
    assert told["The same season a year before"].startswith("No week has one")


def test_performance_that_got_better_is_no_reason() -> None:
    life = half_year()
    last = life.weeks[-1]
    better = [
        replace(e, p=0.001, value=0.9) if (e.signal, e.baseline) == ("performance", RECENT) else e
        for e in last.findings
    ]
    lucky = replace(life, weeks=[*life.weeks[:-1], replace(last, findings=better)])
    assert "it was better" in why(lucky)["performance (ROC AUC), 2013-12-23"]


def test_outcomes_that_are_still_on_their_way_are_named() -> None:
    life = half_year()
    first = life.weeks[0]
    early = replace(first, findings=[e for e in first.findings if e.signal != "label_rate"])
    told = why(replace(life, weeks=[early, *life.weeks[1:]]))
    assert "Fewer than four fifths" in told["Outcomes in 1 weeks, 2013-07-01"]


def test_a_version_is_marked_where_it_begins_to_answer_and_where_it_returns() -> None:
    life = half_year()
    assert [(m.week.week, m.version, m.back) for m in marks(life)] == [
        ("2013-07-01", "1", False),
        ("2013-12-09", "3", False),
    ]
    assert marks(life)[1].text == "version 3 answers; released 2030-01-02 03:07"
    returned = [*life.weeks[:-1], replace(life.weeks[-1], versions=["1"])]
    assert marks(replace(life, weeks=returned))[-1].back


def test_a_release_that_answered_in_no_watched_week_is_named() -> None:
    second = {"kind": "released", "version": "2", "at": "2030-01-02T03:05:00Z"}
    life = half_year()
    life = replace(life, releases=[second, *life.releases])
    assert unseen_releases(life) == ["2"]
    assert "without an answer in a watched week: version 2." in page_of(life)


def test_a_retraining_shows_who_asked_what_was_decided_and_how_it_ended(page: str) -> None:
    assert (
        "started for alarm flight-delay-drift-label-rate-1f0c2a9: retrain requested by alarm; "
        "0.05 USD expected. It made version 3 gate passed live" in page
    )
    assert "cool-down of 7 days: a retraining of 2013-12-10 is within it" in page


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.004, 0.005, "the interval contains zero: cannot be told apart"),
        (0.001, 0.005, "better"),
        (-0.005, -0.001, "worse"),
    ],
)
def test_the_days_after_are_told_whatever_the_interval(
    low: float, high: float, verdict: str
) -> None:
    life = half_year()
    first = replace(life.after[0], low=low, high=high)
    told = gains.comparisons(replace(life, after=[first]), [])[-1].sentence
    assert told.endswith(f"gain +0.0016 [{low:+.4f}, {high:+.4f}], {verdict}")


def test_the_days_after_of_every_version_say_on_how_many_rows_and_days(page: str) -> None:
    live = page.partition("v3, on the days after: ROC AUC over v1: ")[2]
    assert live.startswith(
        "gain +0.0016 [-0.0040, +0.0050], the interval contains zero: cannot be told apart. "
        "Both were asked about the same 19,460 labelled rows of 22 days, 2013-12-10 to "
        "2013-12-31, which neither of them was trained on: ROC AUC 0.7556 beside 0.7540."
    )
    kept = page.partition("v4, kept, on the days after: ROC AUC over v3: ")[2]
    assert kept.startswith("gain -0.0094 [-0.0214, -0.0002], worse. Both were asked about")
    assert "the same 13,113 labelled rows of 15 days, 2013-12-17 to 2013-12-31" in kept


def test_days_after_that_nobody_measured_are_not_passed_over(page: str) -> None:
    life, said = half_year(), "Not compared with the champion of its time on the days after"
    assert said not in page
    assert f"{said}: version 3, 4." in page_of(replace(life, after=[]))
    assert f"{said}: version 4." in page_of(replace(life, after=life.after[:1]))


def test_the_intervals_of_gate_and_days_after_stand_side_by_side() -> None:
    found = gains.comparisons(half_year(), made())
    assert [(each.rule, each.told) for each in found] == [
        ("v3, at its gate: ROC AUC over champion", "cannot be told apart"),
        ("v3, on the days after: ROC AUC over v1", "cannot be told apart"),
        ("v4, at its gate: ROC AUC over champion", "cannot be told apart"),
        ("v4, kept, on the days after: ROC AUC over v3", "worse"),
    ]
    drawn = {(row["low"], row["high"]) for row in rows_of(gains.retrained(found), "rule")}
    assert drawn == {(each.low, each.high) for each in found}


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


def test_a_model_that_nobody_watched_yet_is_one_line() -> None:
    assert charts.life(unwatched()) is None
    page = page_of(unwatched())
    assert "Live, and no week watched yet flight_delay in staging." in page
    assert "how it lives" not in page


def test_a_half_year_is_a_page_of_readable_size() -> None:
    assert len(json.dumps(charts.life(half_year()))) < 300_000


def rows_of(spec: dict[str, Any] | None, column: str) -> list[dict[str, Any]]:
    """The rows of a chart that have this column."""
    assert spec is not None
    found: list[dict[str, Any]] = []

    def walk(part: Any) -> None:
        for each in part if isinstance(part, list) else part.values():
            if isinstance(each, dict | list):
                walk(each)
        if isinstance(part, dict) and column in part:
            found.append(part)

    walk(spec)
    return [row for row in found if ("psi" in row and "at" in row) or "low" in row]


def test_a_chance_that_is_next_to_none_is_not_written_in_digits() -> None:
    assert (chance(0.00449), chance(8.78e-9)) == ("0.449 %", "less than 0.001 %")
