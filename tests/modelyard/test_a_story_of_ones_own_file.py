"""A model made from a file goes through the same stages, with its own rows and none besides."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from modelyard.errors import RefusedError
from modelyard.onboarding.making import make_model
from modelyard.onboarding.request import Request
from modelyard.onboarding.source import load_source
from modelyard.story.book import stories
from modelyard.story.own_file import OwnFile
from tests.modelyard.onboarding.files import csv_text, labelled
from tests.modelyard.telling import Telling, telling
from tests.modelyard.test_the_story_is_cut_off_anywhere import WAIVED, WAY

pytestmark = pytest.mark.slow

ROWS = 210
STAGES = 6


def own_file(root: Path, **options: Any) -> OwnFile:
    """A model folder made from a file with a moment per row, over seven months."""
    file = root / "customers.csv"
    days = {"seen at": lambda n: f"2024-{n % 7 + 1:02d}-{n % 28 + 1:02d}"}
    file.write_text(csv_text(labelled(ROWS, id=lambda n: f"K{n:04d}", **days), ROWS))
    make_model(root, Request(model="churn", file=file, label="y", **options), force=False)
    file.unlink()
    source = load_source(root / "models" / "churn")
    assert source is not None
    return OwnFile(root=root, model="churn", source=source)


def landed(told: Telling, environment: str) -> list[str]:
    """What lies in the landing zone, without the file's digest."""
    place = told.places[environment]
    found = place.client("s3").list_objects_v2(
        Bucket=place.platform.lakehouse_bucket, Prefix="landing/churn/"
    )
    return [Path(each["Key"]).name.rpartition("-")[0] for each in found.get("Contents", [])]


def test_without_time_the_file_lands_whole_and_the_second_version_is_from_the_same_rows(
    aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = own_file(aws, time="none")
    told = telling(aws, monkeypatch, subject=subject, second_gate="failed")
    assert told.run(whole=True)
    assert landed(told, "prod") == landed(told, "staging") == ["customers"]
    assert landed(told, "dev") == []
    assert told.kinds("prod") == WAIVED
    assert told.kinds("staging") == ["released"]
    assert told.works.served["prod"] == "1"
    told.said.clear()
    assert told.run(whole=True)
    assert sum(": already true: " in line for line in told.said) == STAGES
    chapters = stories(aws / "story.json")["churn"]["chapters"]
    assert (
        chapters["data"]["facts"]["rows"] == chapters["second"]["facts"]["rows"] == {"churn": ROWS}
    )


def test_with_time_the_later_months_land_before_the_second_version(
    aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = telling(aws, monkeypatch, subject=own_file(aws))
    assert told.run(whole=True)
    months = [f"2024-{month:02d}" for month in range(1, 8)]
    assert landed(told, "staging") == months[:4]
    # July is left for the model to live through.
    assert landed(told, "prod") == months[:6]
    assert told.kinds("prod") == WAY
    chapters = stories(aws / "story.json")["churn"]["chapters"]
    assert chapters["data"]["facts"]["rows"] == {"churn": ROWS * 4 // 7}
    assert chapters["second"]["facts"]["rows"]["churn"] == ROWS * 6 // 7


def test_a_landing_that_is_cut_off_anywhere_is_gone_on_with(
    aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = own_file(aws)
    told = telling(aws, monkeypatch, subject=subject)
    place, cut = told.teller().place("prod"), 0
    while not subject.landed(place):
        told.plug.armed = True
        try:
            subject.land(place, told.said.append)
        except KeyboardInterrupt:
            cut += 1
    # After each of four months, and after the start of the pipeline that takes them all.
    assert cut == 4 + 1
    runs = place.client("sagemaker").list_pipeline_executions(PipelineName="churn-data")
    assert len(runs["PipelineExecutionSummaries"]) == 1


def test_a_batch_that_is_refused_is_told_with_its_reason_and_what_to_correct(
    aws: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = own_file(aws, time="none")
    told = telling(aws, monkeypatch, subject=subject)
    mark = subject.source.file.sha256[:8]
    refused = {"table": "churn", "batch": f"customers-{mark}.csv", "reason": "columns missing: x"}
    other = {**refused, "batch": "customers-00000000.csv"}
    monkeypatch.setattr("modelyard.story.own_file.delta", lambda place, name: None)
    lies = [other]
    monkeypatch.setattr("modelyard.story.own_file.refused_batches", lambda place, tables: lies)
    place = told.places["prod"]
    subject.land(place, told.said.append)
    assert subject.landed(place)
    lies.append(refused)
    assert not subject.landed(place)
    with pytest.raises(
        RefusedError, match=r"prod refused customers-\S+ whole: columns missing"
    ) as told_so:
        subject.land(place, told.said.append)
    assert "models/churn/contract.yaml" in told_so.value.remedy
    assert told_so.value.remedy.endswith("make up MODEL=churn")


def test_another_file_is_other_work(aws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = own_file(aws, time="none")
    told = telling(aws, monkeypatch, subject=subject)
    place = told.places["staging"]
    subject.land(place, told.said.append)
    assert subject.landed(place)
    file = subject.source.file.model_copy(update={"sha256": "f" * 64})
    newer = replace(subject, source=subject.source.model_copy(update={"file": file}))
    assert not newer.landed(place)
