"""On too little evidence the gate neither passes nor condemns."""

from datetime import date

import polars as pl

from ml.development.rules import incomparable, unfair
from ml.development.scored import Scored
from tests.ml.development.judged import BAD, GOOD, decide, scored


def test_too_few_labelled_days_is_not_a_pass_however_good_the_figures() -> None:
    decision = decide(scored(days=10, candidate=GOOD, baseline=BAD))
    assert decision.status == "insufficient"
    assert "10 labelled days, at least 30" in decision.reasons[0]


def test_too_few_days_cannot_condemn_either() -> None:
    decision = decide(scored(days=10, candidate=BAD, baseline=GOOD))
    assert "failed" in {r.status for r in decision.rules}
    assert decision.status == "insufficient"


def test_days_without_outcomes_do_not_count_as_evidence() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    late = pl.col("day") > date(2013, 5, 20)
    blind = rows.frame.with_columns(pl.when(late).then(None).otherwise("label").alias("label"))
    assert decide(Scored(frame=blind, task="classification")).status == "insufficient"


def test_no_labels_at_all_is_insufficient_not_an_error() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    blind = rows.frame.with_columns(pl.lit(None, pl.Float64).alias("label"))
    assert decide(Scored(frame=blind, task="classification")).status == "insufficient"


def test_what_was_found_before_counts() -> None:
    rows = scored(candidate=GOOD, baseline=BAD)
    assert decide(rows, found_before=[incomparable("other features")]).status == "failed"
    seen = unfair("2013-05-09", "2013-05-01")
    assert decide(rows, found_before=[seen]).status == "insufficient"
