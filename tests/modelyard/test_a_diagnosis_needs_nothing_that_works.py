"""`modelyard diagnose` bundles what there is, says why the rest is missing, and leaks nothing."""

import json
import os
import socket
import tarfile
import threading
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from modelyard import catalogue
from modelyard.diagnosis import diagnose, estate
from modelyard.diagnosis.bundle import write
from modelyard.diagnosis.known import Known
from modelyard.diagnosis.redactor import Redactor
from modelyard.diagnosis.section import Collected, Section
from modelyard.errors import ExitCode
from modelyard.place import Place
from sandbox import Environment, Layout
from tests.modelyard import planted, ruins
from tests.modelyard.keyboard import type_

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def elsewhere(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of one's own, no variables that stay changed, and no patience."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(checkout / "cache"))
    monkeypatch.chdir(checkout)
    monkeypatch.setattr(diagnose, "SECONDS", 60.0)
    with patch.dict(os.environ):
        yield


@pytest.fixture
def layout(checkout: Path) -> Layout:
    """A sandbox that was started once."""
    environments = [
        Environment(name=each.name, account=each.account, region=each.region)
        for each in catalogue.environments().values()
    ]
    return Layout.create(checkout / ".modelyard", environments)


def bundle(
    capsys: pytest.CaptureFixture[str], *words: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Run the command; what it told, and the files of the archive."""
    typed = type_(capsys, "diagnose", "--json", *words)
    assert typed.code == ExitCode.OK, typed.err
    told = json.loads(typed.out)
    return told, unpacked(Path(told["path"]))


def unpacked(path: Path) -> dict[str, str]:
    files = {}
    with tarfile.open(path) as archive:
        for member in archive:
            held = archive.extractfile(member)
            assert held is not None
            files[member.name.partition("/")[2]] = held.read().decode()
    return files


def problems(told: dict[str, Any]) -> dict[str, str]:
    return {f"{e['section']}/{e['title']}": e["problem"] for e in told["entries"] if e["problem"]}


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


def test_of_a_half_broken_sandbox_no_secret_gets_out(
    layout: Layout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = ruins.build(layout)
    monkeypatch.setenv("CI_JOB_TOKEN", "from-the-environment-1")
    (layout.logs / "delivery.log").write_text("said from-the-environment-1 aloud\n")
    with serving(ruins.Cluster, 0) as cluster, serving(ruins.Mute, layout.aws_port):
        point_at(layout, cluster)
        told, files = bundle(capsys)
    objects = json.loads(files["environments/prod/objects.json"])
    assert objects["pods"][0]["status"]["phase"] == "Failed"
    assert json.loads(files["environments/prod/events.json"])[0]["reason"] == "BackOff"
    assert "environments/prod/alarms" in problems(told)
    secrets = [*planted.VALUES, *own, "from-the-environment-1"]
    for name, text in files.items():
        assert planted.found_in(name + text, secrets) == [], name
    assert planted.found_in(json.dumps(told), secrets) == []
    assert {"known secret", "private key", "AWS secret key", "named secret"} <= {*told["redacted"]}


def test_what_aws_says_is_redacted_too(prod: Place, tmp_path: Path) -> None:
    queue = prod.platform.delivery_queue_url
    prod.client("sqs").send_message(QueueUrl=queue, MessageBody=planted.TOKEN)
    prod.client("cloudwatch").put_metric_alarm(
        AlarmName="late",
        AlarmDescription=ruins.LINES[:500],
        MetricName="Age",
        Namespace="x",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    asked = (estate.queues, estate.alarms, estate.journeys, estate.ledger_tail, estate.pipelines)
    collected = [
        Collected(
            section=Section(name="prod", title=ask.__name__, collect=dict),
            seconds=0,
            contents=ask(prod),
        )
        for ask in asked
    ]
    made = write(tmp_path / "b.tar.gz", collected, Redactor(Known([])))
    files = unpacked(made.path)
    assert json.loads(files["prod/queues.json"])["delivery"]["ApproximateNumberOfMessages"] == "1"
    assert json.loads(files["prod/alarms.json"])[0]["AlarmName"] == "late"
    assert json.loads(files["prod/journeys.json"]) == []
    assert json.loads(files["prod/ledger.json"])["verdict"]["intact"] is True
    assert json.loads(files["prod/pipelines.json"]) == {}
    for text in files.values():
        assert planted.found_in(text, planted.VALUES) == []


def test_a_server_that_never_answers_does_not_keep_the_command(
    layout: Layout, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ruins.build(layout)
    monkeypatch.setattr(diagnose, "SECONDS", 5.0)
    with socket.create_server(("127.0.0.1", layout.aws_port)):
        told, files = bundle(capsys)
    assert "did not answer within 5 s" in problems(told)["environments/prod/alarms"]
    assert "before" in files["logs/parts/aws.log"]


def test_the_archive_is_its_owners_alone_and_goes_where_it_is_told(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "reports").mkdir()
    told, _ = bundle(capsys, "--output", str(checkout / "reports"))
    path = Path(told["path"])
    assert path.parent == checkout / "reports"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    typed = type_(capsys, "diagnose", "--output", "nowhere/at/all.tar.gz")
    assert typed.code == ExitCode.USAGE
    assert "There is no folder nowhere/at" in typed.err.replace("\n", " ")


def test_a_person_sees_what_is_in_it_and_what_was_taken_out(
    layout: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    ruins.build(layout)
    typed = type_(capsys, "diagnose")
    assert "logs of the parts" in typed.out
    assert "known secret" in typed.out
    assert "collecting" in typed.err


class serving:  # noqa: N801
    """A small HTTP server in this process."""

    def __init__(self, handler: Any, port: int) -> None:
        self._server = HTTPServer(("127.0.0.1", port), handler)

    def __enter__(self) -> int:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return int(self._server.server_port)

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def point_at(layout: Layout, port: int) -> None:
    """Let every context of the kubeconfig lead to the stand-in."""
    config = json.loads(layout.kubeconfig.read_text())
    for each in config["clusters"]:
        each["cluster"] = {"server": f"http://127.0.0.1:{port}"}
    layout.kubeconfig.write_text(json.dumps(config))
