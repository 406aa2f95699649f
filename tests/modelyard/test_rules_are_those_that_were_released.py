"""Delivery goes by the rules in signed packages: an edit of models/ counts once it is released."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ml.canonical import canonical
from ml.monitoring.training_cost import estimate
from ml.spec import ModelSpec, load_models
from ml.workloads import training_steps
from modelyard.delivery.journey import Journey, State
from modelyard.delivery.machinery import machinery
from modelyard.delivery.released_rules import SPEC, ReleasedRules
from modelyard.delivery.station import Station
from modelyard.errors import RefusedError
from modelyard.live.releases import ReleaseLines
from modelyard.live.retraining import retrain_now
from modelyard.place import Place
from modelyard.release_record import key_of
from modelyard.storage import write_json
from modelyard.versions import Version
from tests.modelyard import living, sealed, world
from tests.modelyard.world import Works, station

pytestmark = pytest.mark.slow

MODELS = Path("models")
SPECS = load_models(MODELS)


def spec_of(**sections: dict[str, Any]) -> dict[str, bytes]:
    """A package's spec, with sections that were edited before it was released."""
    document = SPECS[world.MODEL].model_dump(mode="json", exclude={"folder"})
    for name, changed in sections.items():
        document[name].update(changed)
    return {SPEC: canonical(document)}


def edit(place: Place, **sections: dict[str, Any]) -> None:
    """Change model.yaml in the checkout, without committing it."""
    folder = place.root / "models" / world.MODEL
    shutil.copytree(MODELS / world.MODEL, folder, dirs_exist_ok=True)
    path = folder / "model.yaml"
    document = YAML().load(path)
    for name, changed in sections.items():
        document[name].update(changed)
    YAML().dump(document, path)


def delivery(place: Place, works: Works) -> Station:
    """Delivery that reads its rules where it really does."""
    real = machinery(lambda message: None)
    return replace(
        station(place, works),
        machinery=replace(
            works.machinery(), approval_rule=real.approval_rule, retrain_rules=real.retrain_rules
        ),
    )


def packaged(place: Place, contents: dict[str, bytes]) -> Version:
    """A registered version of these contents, which passed its gate."""
    bucket = place.platform.artifacts_bucket
    write_json(place.client("s3"), bucket, key_of(world.IMAGE), world.RELEASE)
    return sealed.version(place, "r1", contents)


def taken_up(place: Place, works: Works, version: Version) -> Journey:
    """Its journey, as far as delivery takes it by itself."""
    world.registered(place, version.arn)
    seat = delivery(place, works)
    living.work_off(seat)
    found = seat.journeys.of_package(version.arn)
    assert found is not None
    return found


def champion(place: Place, **sections: dict[str, Any]) -> Version:
    """A live version whose spec was released like this."""
    bucket = place.platform.artifacts_bucket
    write_json(place.client("s3"), bucket, key_of(world.IMAGE), world.RELEASE)
    found = sealed.version(place, "first", spec_of(**sections))
    ReleaseLines.of(place).put(world.MODEL, found.line)
    return found


def test_an_uncommitted_gate_lets_no_version_through_without_a_person(prod: Place) -> None:
    edit(prod, promotion={"approval": "gate"})
    works = Works(root=prod.root)
    version = packaged(prod, spec_of(promotion={"approval": "required"}))
    assert taken_up(prod, works, version).state is State.AWAITING_APPROVAL
    assert works.calls == []


def test_a_gate_that_was_released_is_enough_whatever_the_tree_says_since(prod: Place) -> None:
    edit(prod, promotion={"approval": "required"})
    works = Works(root=prod.root)
    version = packaged(prod, spec_of(promotion={"approval": "gate"}))
    assert taken_up(prod, works, version).state is State.LIVE


def test_a_spec_that_is_not_what_was_signed_decides_nothing(prod: Place) -> None:
    works = Works(root=prod.root)
    version = packaged(prod, spec_of(promotion={"approval": "required"}))
    prod.client("s3").put_object(
        Bucket=prod.platform.artifacts_bucket,
        Key=f"packages/{world.MODEL}/r1/{SPEC}",
        Body=spec_of(promotion={"approval": "gate"})[SPEC],
    )
    assert taken_up(prod, works, version).state is State.RELEASING
    assert ReleaseLines.of(prod).live(world.MODEL) is None
    assert works.calls == []


def test_limits_are_the_live_versions_own(prod: Place) -> None:
    limits = {"cooldown_days": 7, "weekly_limit": 1, "cost_cap_usd": 25}
    champion(prod, retrain=limits)
    edit(prod, retrain={"cooldown_days": 0, "weekly_limit": 99, "cost_cap_usd": 9999})
    works = Works(root=prod.root)
    seat = delivery(prod, works)
    days = ("2013-12-10", "2013-12-12")
    living.send(prod, *(living.alarm_event(f"{day}T06:00:00.000+0000") for day in days))
    living.work_off(seat)
    assert works.calls.count("train") == 1
    assert "cool-down of 7 days" in works.ledger[-1]["reason"]


def test_so_is_the_window_of_a_retraining_by_hand(prod: Place) -> None:
    champion(prod, retrain={"window_days": 90})
    edit(prod, retrain={"window_days": 5})
    world.make_pipelines(prod)
    started = retrain_now(prod, world.MODEL, lambda message: None, wait=False)
    asked = prod.client("sagemaker").list_pipeline_parameters_for_execution(
        PipelineExecutionArn=started["execution"]
    )["PipelineParameters"]
    assert {"Name": "Days", "Value": "90"} in asked


@pytest.mark.parametrize("spec", SPECS.values(), ids=lambda spec: spec.name)
def test_what_a_package_says_is_what_the_model_said(
    prod: Place, monkeypatch: pytest.MonkeyPatch, spec: ModelSpec
) -> None:
    monkeypatch.setattr(world, "MODEL", spec.name)
    contents = {SPEC: canonical(spec.model_dump(mode="json", exclude={"folder"}))}
    digest = sealed.package(prod, "r1", contents)
    uri = f"s3://{prod.platform.artifacts_bucket}/packages/{spec.name}/r1"
    line = {"version": "1", "image": world.IMAGE, "package": uri, "digest": digest}
    found = ReleasedRules().retraining(prod, spec.name, line)
    assert found.limits == spec.retrain
    assert found.cost == estimate(training_steps(spec))
    assert (found.dated, found.zone) == (spec.data.day is not None, spec.data.zone)


def test_a_spec_of_another_platform_is_told_and_still_needs_a_person(prod: Place) -> None:
    document = {"retrain": {"every_full_moon": True}}
    found = sealed.version(prod, "first", {SPEC: json.dumps(document).encode()})
    with pytest.raises(RefusedError, match="none that this platform knows") as told:
        ReleasedRules().retraining(prod, world.MODEL, found.line)
    assert "promote a newer release of flight_delay to prod" in told.value.remedy
    assert ReleasedRules().approval(prod, found) == "required"
