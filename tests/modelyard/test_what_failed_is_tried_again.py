"""What ran in vain is tried under another name; what runs or has ended well is found again."""

from pathlib import Path
from typing import Any

import pytest
from moto.sagemaker.models import sagemaker_backends

from modelyard.delivery.journey import State
from modelyard.live.landing import start_ingest
from modelyard.live.releases import ReleaseLines
from modelyard.live.training import start_training
from modelyard.place import Place
from modelyard.story.attempts import ingest_name, training_name
from tests.modelyard import world
from tests.modelyard.telling import telling

pytestmark = pytest.mark.slow

DEV = "story-dev-aaaaaaaaaaaa"


@pytest.fixture
def dev(aws: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Development with its pipelines."""
    place = telling(aws, monkeypatch).places["dev"]
    ReleaseLines.of(place).set_runtime_image(world.IMAGE)
    return place


def ended(place: Place, arn: str, status: str) -> None:
    """Let an execution end, which moto ends at once and well."""
    backend: Any = sagemaker_backends[place.account][place.region]
    pipeline = backend.pipelines[arn.split("/")[1]]
    pipeline.pipeline_executions[arn].pipeline_execution_status = status


def ingest(place: Place) -> str:
    return start_ingest(place, world.MODEL, ingest_name(place, world.MODEL, "story-first"))


def train(place: Place) -> str:
    name = training_name(place, world.MODEL, world.RELEASE, "story-dev")
    return start_training(place, world.MODEL, world.RELEASE, name=name)


def test_a_data_run_is_found_while_it_runs_and_followed_by_another_when_it_failed(
    dev: Place,
) -> None:
    first = ingest(dev)
    ended(dev, first, "Executing")
    assert ingest(dev) == first
    ended(dev, first, "Failed")
    second = ingest(dev)
    assert second != first
    ended(dev, second, "Executing")
    assert ingest(dev) == second


@pytest.mark.parametrize("status", ["Executing", "Succeeded"])
def test_a_training_is_found_again(dev: Place, status: str) -> None:
    first = train(dev)
    ended(dev, first, status)
    assert train(dev) == first


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_training_that_failed_is_tried_again(dev: Place, status: str) -> None:
    first = train(dev)
    ended(dev, first, status)
    assert train(dev) != first
    assert training_name(dev, world.MODEL, world.RELEASE, "story-dev") == f"{DEV}-2"


def test_a_training_whose_version_was_refused_is_tried_again(dev: Place) -> None:
    from modelyard.delivery.journey import Journey, Journeys

    first = train(dev)
    run = first.rsplit("/", 1)[-1]
    journeys = Journeys.of(dev)
    journeys.begin(
        Journey(
            id="j1",
            model=world.MODEL,
            environment="dev",
            requested_by="ada",
            requested_at="2030-01-01T00:00:00Z",
            state=State.FAILED,
        )
    )
    journeys.claim_run(run, "j1")
    assert training_name(dev, world.MODEL, world.RELEASE, "story-dev") == f"{DEV}-2"


def test_another_release_is_another_training(dev: Place) -> None:
    other = {**world.RELEASE, "image_digest": "sha256:" + "b" * 64}
    train(dev)
    assert training_name(dev, world.MODEL, other, "story-dev") == "story-dev-bbbbbbbbbbbb"
