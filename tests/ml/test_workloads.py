"""What is deployed can be run: every step exists, takes its flags, and asks for known values."""

import subprocess
import sys
from pathlib import Path

import pytest

from ml.__main__ import STEPS, main
from ml.spec import ModelSpec, load_models
from ml.workloads import (
    DATA_PARAMETERS,
    TRAINING_PARAMETERS,
    Step,
    collector,
    data_steps,
    server,
    training_steps,
    watcher,
)

MODELS = load_models(Path("models"))


@pytest.fixture(params=sorted(MODELS))
def spec(request: pytest.FixtureRequest) -> ModelSpec:
    return MODELS[request.param]


def test_training_leads_from_features_to_the_registry(spec: ModelSpec) -> None:
    names = [step.name for step in training_steps(spec)]
    assert names == ["features", "train", "evaluate", "gate", "refit", "package", "register"]


def test_every_argument_is_filled_by_a_parameter_of_the_pipeline(spec: ModelSpec) -> None:
    for step in training_steps(spec):
        assert set(step.parameters) <= set(TRAINING_PARAMETERS)
    for step in data_steps(spec):
        assert set(step.parameters) <= set(DATA_PARAMETERS)


def test_a_mirror_is_made_only_where_there_is_one(spec: ModelSpec) -> None:
    assert [step.name for step in data_steps(spec, mirrored=False)] == [
        "ingest",
        "refresh",
    ]
    assert [step.name for step in data_steps(spec)] == ["ingest", "refresh", "redact"]


def test_servers_and_steps_are_run_by_the_entry_point(spec: ModelSpec) -> None:
    steps: tuple[Step, ...] = (*training_steps(spec), *data_steps(spec))
    others = (server(spec), collector(), watcher(spec))
    for command in (*(step.command for step in steps), *(other.command for other in others)):
        assert command[:3] == ("python", "-m", "ml")
        assert command[3] in STEPS


@pytest.mark.parametrize(
    "name",
    [s.name for s in (*training_steps(MODELS["diabetes"]), *data_steps(MODELS["diabetes"]))],
)
def test_every_step_explains_the_flags_it_is_given(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = MODELS["diabetes"]
    (step,) = (s for s in (*training_steps(spec), *data_steps(spec)) if s.name == name)
    with pytest.raises(SystemExit) as left:
        main([name, "--help"])
    assert left.value.code == 0
    told = capsys.readouterr().out
    for flag, _ in (*step.arguments, ("--model", "")):
        assert flag in told


@pytest.mark.parametrize(
    ("argv", "code", "told"),
    [
        ([], 2, "usage: python -m ml STEP"),
        (["--help"], 0, "features"),
        (["fly"], 2, "unknown step 'fly'; allowed: ingest, refresh, redact"),
        (["ingest", "--lake", "x"], 2, "arguments are required: --model; see python -m ml ingest"),
        (["ingest", "--model", "x", "--lak", "y"], 2, "--lake"),
        (["ingest", "--model", "nothing", "--lake", "x"], 3, "no model 'nothing'; known models"),
        (
            [
                "features",
                "--model",
                "diabetes",
                "--source",
                "/nowhere",
                "--lake",
                "/nowhere",
                "--artifacts",
                "/nowhere",
                "--run",
                "r",
                "--start",
                "May",
            ],
            2,
            "--start: 'May' is not a date; write it as 2013-05-01",
        ),
    ],
)
def test_wrong_use_is_told_in_words(
    argv: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == code
    captured = capsys.readouterr()
    assert told in captured.out + captured.err
    assert "Traceback" not in captured.err


def test_the_entry_point_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "ml", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for step in STEPS:
        assert f"  {step}" in done.stdout


def test_the_gate_can_verify_the_champion_it_opens(spec: ModelSpec) -> None:
    (gate,) = (step for step in training_steps(spec) if step.name == "gate")
    assert ("--signing-key", "SigningKey") in gate.arguments
