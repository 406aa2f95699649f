"""The report says of a model's weeks what rang and what did not, and why or why not."""

from dataclasses import replace

from modelyard.live.watching import RECENT
from modelyard.report.life import charts
from modelyard.report.life.facts import LifeFacts
from modelyard.report.life.quiet import quiet
from modelyard.report.life.verdicts import rang, summary
from modelyard.report.life.words import chance
from tests.modelyard.example_life import classes, half_year, slices, unwatched
from tests.modelyard.life.pages import page_of


def why(life: LifeFacts) -> dict[str, str]:
    return dict(quiet(life))


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


def test_a_chance_that_is_next_to_none_is_not_written_in_digits() -> None:
    assert (chance(0.00449), chance(8.78e-9)) == ("0.449 %", "less than 0.001 %")


def test_a_model_that_nobody_watched_yet_is_one_line() -> None:
    assert charts.life(unwatched()) is None
    page = page_of(unwatched())
    assert "Live, and no week watched yet flight_delay in staging." in page
    assert "how it lives" not in page
