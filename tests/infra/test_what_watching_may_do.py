"""Watching reads answers and labels, tells what it found, and can change neither."""

from __future__ import annotations

import pytest

from tests.infra.permissions import allows, statements_of

LAKE = "arn:aws:fake:::lakehouse-bucket"
ARTIFACTS = "arn:aws:fake:::artifacts-bucket"


@pytest.mark.parametrize("zone", ["predictions", "labels"])
def test_answers_and_labels_are_read_only(zone: str) -> None:
    assert allows("prod", "watch", "s3:GetObject", f"{LAKE}/{zone}/flight_delay/a.parquet")
    for action in ("s3:PutObject", "s3:DeleteObject"):
        assert not allows("prod", "watch", action, f"{LAKE}/{zone}/flight_delay/a.parquet")


def test_metrics_are_kept_and_reports_are_written_where_they_belong() -> None:
    assert allows("prod", "watch", "s3:PutObject", f"{LAKE}/metrics/flight_delay/a.parquet")
    report = f"{LAKE}/reports/watch/flight_delay/2013-12-02.json"
    assert allows("prod", "watch", "s3:PutObject", report)
    assert not allows("prod", "watch", "s3:DeleteObject", report)
    for zone in ("raw", "curated", "features", "capture"):
        assert not allows("prod", "watch", "s3:GetObject", f"{LAKE}/{zone}/flights/a.parquet")


def test_of_a_package_only_what_it_says_of_its_held_out_rows_is_read() -> None:
    package = f"{ARTIFACTS}/packages/flight_delay/run-1"
    for name in ("manifest.json", "fingerprint.json", "metrics.json", "inputs.json"):
        assert allows("prod", "watch", "s3:GetObject", f"{package}/{name}")
        assert not allows("prod", "watch", "s3:PutObject", f"{package}/{name}")
    assert not allows("prod", "watch", "s3:GetObject", f"{package}/model.skops")


def test_verdicts_go_into_the_platforms_own_namespace() -> None:
    (told,) = (
        each
        for each in statements_of("prod", "watch")
        if "cloudwatch:PutMetricData" in each["Action"]
    )
    assert told["Condition"] == {"StringEquals": {"cloudwatch:namespace": "Modelyard"}}


def test_watching_starts_nothing_and_signs_nothing() -> None:
    actions = {action for each in statements_of("prod", "watch") for action in each["Action"]}
    assert {action.partition(":")[0] for action in actions} == {"s3", "kms", "cloudwatch"}
    assert "kms:Sign" not in actions


def test_the_clock_asks_for_retrainings_and_cannot_start_one() -> None:
    actions = {action for each in statements_of("prod", "scheduler") for action in each["Action"]}
    assert not any(action.startswith("sagemaker:") for action in actions)
    (asking,) = (
        each for each in statements_of("prod", "scheduler") if "events:PutEvents" in each["Action"]
    )
    named = asking["Condition"]["ForAllValues:StringEquals"]
    assert named == {"events:source": "modelyard", "events:detail-type": ["Retraining Due"]}


def test_no_person_can_send_what_the_clock_sends() -> None:
    (asking,) = (
        each for each in statements_of("prod", "promoter") if "events:PutEvents" in each["Action"]
    )
    named = asking["Condition"]["ForAllValues:StringEquals"]
    assert "Retraining Due" not in named["events:detail-type"]
