"""No secret gets into a diagnosis, and its archive is its owner's alone."""

import json
from pathlib import Path

import pytest

from modelyard.diagnosis import estate
from modelyard.diagnosis.bundle import write
from modelyard.diagnosis.known import Known
from modelyard.diagnosis.redactor import Redactor
from modelyard.diagnosis.section import Collected, Section
from modelyard.errors import ExitCode
from modelyard.place import Place
from sandbox import Layout
from tests.modelyard import planted
from tests.modelyard.diagnosis import ruins
from tests.modelyard.diagnosis.bundles import bundle, point_at, problems, serving, unpacked
from tests.modelyard.keyboard import type_

pytestmark = pytest.mark.slow


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
