"""`modelyard diagnose` bundles what there is, and says why the rest is missing."""

import json
import socket
from pathlib import Path

import pytest

from modelyard.diagnosis import diagnose
from sandbox import Layout
from tests.modelyard.diagnosis import ruins
from tests.modelyard.diagnosis.bundles import bundle, problems
from tests.modelyard.keyboard import type_

pytestmark = pytest.mark.slow


def test_without_a_sandbox_it_tells_of_the_machine(capsys: pytest.CaptureFixture[str]) -> None:
    told, files = bundle(capsys)
    assert Path(told["path"]).parent == Path.cwd()
    assert json.loads(files["versions.json"])["libraries"]["pydantic"]
    assert json.loads(files["machine.json"])["memory"]["total"] > 0
    assert "There is no sandbox" in problems(told)["./ports"]
    assert "environments/prod/queues" in problems(told)
    assert files["environments/prod/queues-not-collected.txt"]


def test_a_stopped_sandbox_still_tells_what_happened(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    ruins.build(layout)
    told, files = bundle(capsys)
    assert json.loads(files["sandbox/status.json"])["phase"] == "died"
    assert "before" in files["logs/parts/aws.log"]
    assert "before" in files["logs/pods/prod/kubelet/logs/models_flight-delay-1/server/0.log"]
    difference = json.loads(files["updates/modelyard-prod.json"])["last difference"]
    assert [each.rpartition("::")[2] for each in difference["created"]] == ["topic"]
    assert [each.rpartition("::")[2] for each in difference["deleted"]] == ["queue"]
    assert list(difference["changed"].values()) == [["size"]]
    assert json.loads(files["ports.json"])["aws"]["listening"] is False
    assert json.loads(files["summary.json"])["redacted"] == told["redacted"]


def test_a_server_that_never_answers_does_not_keep_the_command(
    layout: Layout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ruins.build(layout)
    monkeypatch.setattr(diagnose, "SECONDS", 5.0)
    with socket.create_server(("127.0.0.1", layout.aws_port)):
        told, files = bundle(capsys)
    assert "did not answer within 5 s" in problems(told)["environments/prod/alarms"]
    assert "before" in files["logs/parts/aws.log"]


def test_a_person_sees_what_is_in_it_and_what_was_taken_out(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    ruins.build(layout)
    typed = type_(capsys, "diagnose")
    assert "logs of the parts" in typed.out
    assert "known secret" in typed.out
    assert "collecting" in typed.err
