"""What a command says to do next can be done by whoever reads it."""

from types import SimpleNamespace
from typing import Any

import pytest

from modelyard.delivery import approvals
from modelyard.delivery.journey import Journey, State
from modelyard.errors import ExitCode, NotUpError, RefusedError
from modelyard.live.endpoint import Endpoint
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.keyboard import type_
from tests.modelyard.world import RELEASE

pytestmark = pytest.mark.slow

GRACE = f"AWS_PROFILE=prod-grace modelyard approve {world.MODEL} --env prod"
INPUTS = [{"name": "distance", "datatype": "FP64"}, {"name": "origin", "datatype": "BYTES"}]


@pytest.fixture
def yard(prod: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A command line whose only environment is production."""
    opened = Yard(root=prod.root, target=Target.SANDBOX)
    monkeypatch.setattr(Yard, "place", lambda self, name: prod)
    monkeypatch.setattr("modelyard.commands.predict.open_yard", lambda target: opened)
    monkeypatch.setattr("modelyard.commands.promotion.open_to_change", lambda *_: opened)
    return prod


@pytest.fixture
def found(yard: Place, monkeypatch: pytest.MonkeyPatch) -> Endpoint:
    """An endpoint that takes no request."""

    def infer(self: Endpoint, *_: object, **__: object) -> Any:
        raise RefusedError("it answered 400: no input distance", remedy="modelyard status")

    found = Endpoint(model=world.MODEL, environment="prod", address="http://10.0.0.1:8080")
    monkeypatch.setattr(Endpoint, "infer", infer)
    monkeypatch.setattr("modelyard.live.endpoint.endpoint", lambda place, model: found)
    return found


def _ask(capsys: pytest.CaptureFixture[str], request: str = '{"inputs": []}') -> str:
    return type_(capsys, "predict", world.MODEL, "--request", request).err


def test_a_refused_request_names_the_inputs_and_how_one_looks(
    found: Endpoint, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Endpoint, "metadata", lambda self, by_key: {"inputs": INPUTS})
    told = _ask(capsys)
    assert "no input distance" in told
    assert "inputs: distance FP64, origin BYTES" in told
    example = '{"name": "distance", "datatype": "FP64", "shape": [1], "data": [1]}'
    assert f'a request: {{"inputs": [{example}, …]}}' in told


def test_an_endpoint_that_tells_no_inputs_is_looked_at(
    found: Endpoint, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def metadata(self: Endpoint, *, by_key: bool) -> Any:
        raise NotUpError("it does not answer")

    monkeypatch.setattr(Endpoint, "metadata", metadata)
    assert "modelyard status --env prod shows whether it is ready" in _ask(capsys)


def test_what_is_no_request_is_told_how_one_looks(
    found: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    assert '{"inputs": [{"name": "NAME", "datatype": "FP64", "shape": [1]' in _ask(capsys, "{}")


def _trained(monkeypatch: pytest.MonkeyPatch, state: State) -> None:
    journey = Journey(
        id="j",
        model=world.MODEL,
        environment="prod",
        requested_by="ada",
        requested_at="2030-01-01T00:00:00Z",
        state=state,
        reason="its gate says failed: modelyard waive …",
        version="2",
        package="arn",
    )
    rules = SimpleNamespace(limits=SimpleNamespace(window_days=None))
    stand_ins: dict[str, Any] = {
        "_live_line": {"version": "1", "image": world.IMAGE},
        "release_record": RELEASE,
        "start_training": "e/r",
        "append_once": None,
        "follow": None,
        "follow_run": journey,
        "describe": SimpleNamespace(gate="passed"),
        "ReleasedRules": SimpleNamespace(retraining=lambda *_: rules),
    }
    for name, found in stand_ins.items():
        monkeypatch.setattr(f"modelyard.live.retraining.{name}", lambda *_, f=found, **__: f)


def test_a_version_that_passed_and_waits_is_no_error(
    yard: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _trained(monkeypatch, State.AWAITING_APPROVAL)
    typed = type_(capsys, "retrain", world.MODEL, "--env", "prod")
    assert typed.code == ExitCode.OK
    assert "awaiting approval" in typed.out
    assert f"someone else approves it first: {GRACE} --version 2" in typed.out
    assert "error:" not in typed.err


def test_one_that_did_not_pass_still_is(
    yard: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _trained(monkeypatch, State.AWAITING_WAIVER)
    typed = type_(capsys, "retrain", world.MODEL, "--env", "prod")
    assert typed.code == ExitCode.REFUSED
    assert "awaiting waiver" in typed.err


def test_who_may_approve_in_the_sandbox_is_named(prod: Place) -> None:
    assert approvals.missing(prod, world.MODEL).remedy == f"someone else runs: {GRACE}"
    with pytest.raises(RefusedError) as refused:
        approvals.approve(prod, model=world.MODEL, release=RELEASE, evidence={})
    assert refused.value.remedy == "another person approves, with AWS_PROFILE=prod-grace"


def test_nobody_is_sent_to_themselves(prod: Place) -> None:
    grace = world.adopt_outputs(world.enter(prod.root, "prod", "grace"))
    assert approvals.how_to_approve(grace, "m") == "modelyard approve m --env prod"
    release = {**RELEASE, "built_by": grace.caller}
    with pytest.raises(RefusedError, match="grace is the release's author") as refused:
        approvals.approve(grace, model=world.MODEL, release=release, evidence={})
    assert refused.value.remedy == "another person approves, with their own AWS_PROFILE"
