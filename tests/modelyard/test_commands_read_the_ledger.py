"""`audit`, `approve` and `waive` as typed, against real signatures."""

import json
from pathlib import Path

import pytest

from modelyard.delivery import approvals, evidence, statements
from modelyard.delivery.history import append_once
from modelyard.errors import RefusedError
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.keyboard import type_

pytestmark = pytest.mark.slow


@pytest.fixture
def yard(aws: Path, prod: Place, staging: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A command line whose environments are moto's; grace types."""
    grace = world.adopt_outputs(world.enter(aws, "prod", "grace"))
    world.stand_up(world.enter(aws, "dev"))
    dev = world.adopt_outputs(world.enter(aws, "dev"))
    places = {"prod": grace, "staging": staging, "dev": dev}
    monkeypatch.setattr(Yard, "place", lambda self, name: places[name])
    opened = Yard(root=aws, target=Target.SANDBOX)
    monkeypatch.setattr("modelyard.commands.audit.open_yard", lambda target: opened)
    monkeypatch.setattr(
        "modelyard.commands.agreement.open_to_change", lambda target, environments: opened
    )
    return grace


def released(place: Place, version: str) -> None:
    append_once(
        place,
        {
            "operation": f"release#{version}", "kind": "released", "model": world.MODEL,
            "version": version, "actor": place.caller,
        },
    )  # fmt: skip


def test_log_verify_and_at(yard: Place, capsys: pytest.CaptureFixture[str]) -> None:
    released(yard, "1")
    released(yard, "2")
    released(yard, "2")
    log = json.loads(type_(capsys, "audit", "log", "--env", "prod", "--json").out)
    assert [each["version"] for each in log] == ["1", "2"]
    verdict = json.loads(type_(capsys, "audit", "verify", "--env", "prod", "--json").out)
    assert verdict["prod"]["intact"] is True
    live = json.loads(type_(capsys, "audit", "at", "2999-01-01", "--env", "prod", "--json").out)
    assert live["prod"][world.MODEL]["version"] == "2"
    before = json.loads(type_(capsys, "audit", "at", "1999-01-01", "--env", "prod", "--json").out)
    assert before["prod"] == {}


def test_entries_are_signed_with_the_ledgers_key_and_approvals_are_not(
    yard: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[str] = []
    signers = {"ledger": yard.platform.ledger_key_arn, "approval": yard.platform.approval_key_arn}
    assert len(set(signers.values())) == 2
    found = yard.client("kms")
    sign = found.sign

    def noting(**request: object) -> object:
        used.append(str(request["KeyId"]))
        return sign(**request)

    monkeypatch.setattr(found, "sign", noting)
    client = Place.client
    monkeypatch.setattr(
        Place, "client", lambda self, name: found if name == "kms" else client(self, name)
    )
    released(yard, "1")
    assert set(used) == {signers["ledger"]}


def test_what_the_ledgers_key_signed_is_no_approval(yard: Place) -> None:
    statement = {"kind": "approval", "model": world.MODEL}
    forged = statements.sign(yard.client("kms"), yard.platform.ledger_key_arn, statement).stored()
    with pytest.raises(RefusedError, match="altered or forged"):
        approvals.verify(yard, forged, model=world.MODEL, release=world.RELEASE, requester="ada")


def test_a_ledger_that_was_edited_is_refused(
    yard: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    released(yard, "1")
    yard.client("s3").put_object(
        Bucket=yard.platform.audit_bucket, Key="ledger/00000001.json", Body=b"{}"
    )
    typed = type_(capsys, "audit", "verify", "--env", "prod")
    assert typed.code == 1
    assert "broken at entry 1" in typed.out


def test_a_ledger_that_its_keys_owner_wrote_anew_is_told_by_a_witness_only(
    yard: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    released(yard, "1")
    released(yard, "2")
    verify = ("audit", "verify", "--env", "prod")
    noted = json.loads(type_(capsys, *verify, "--json").out)["prod"]["witness"]
    assert noted.startswith("2:sha256:")
    assert f"--env prod --witness {noted}" in type_(capsys, *verify).out
    s3, bucket = yard.client("s3"), yard.platform.audit_bucket
    for each in s3.list_objects_v2(Bucket=bucket, Prefix="ledger/")["Contents"]:
        s3.delete_object(Bucket=bucket, Key=each["Key"])
    released(yard, "7")
    released(yard, "2")
    released(yard, "3")
    assert type_(capsys, *verify).code == 0
    typed = type_(capsys, *verify, "--witness", noted)
    assert typed.code == 1
    assert "broken at entry 2" in typed.out
    assert "not the one that was witnessed" in typed.out


def test_a_witness_holds_while_the_ledger_grows(
    yard: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    released(yard, "1")
    verify = ("audit", "verify", "--env", "prod")
    noted = json.loads(type_(capsys, *verify, "--json").out)["prod"]["witness"]
    released(yard, "2")
    assert type_(capsys, *verify, "--witness", noted).code == 0


def test_approve_needs_evidence_and_is_recorded(
    yard: Place, staging: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (world.adopt_outputs(world.enter(staging.root, "dev")), staging):
        bucket = place.platform.artifacts_bucket
        write_json(place.client("s3"), bucket, f"releases/{'a' * 64}.json", world.RELEASE)
    typed = type_(capsys, "approve", world.MODEL, "--env", "prod")
    assert typed.code == 1
    assert "no evidence from staging" in typed.err
    evidence.store(staging, world.MODEL, world.IMAGE, {"outcome": "passed"})
    typed = type_(capsys, "approve", world.MODEL, "--env", "prod", "--json")
    assert typed.code == 0
    assert json.loads(typed.out)["statement"]["approver"].endswith("/grace")
    log = json.loads(type_(capsys, "audit", "log", "--env", "prod", "--json").out)
    assert [(each["kind"], each["actor"].rsplit("/")[-1]) for each in log] == [
        ("approved", "grace")
    ]


def test_an_unknown_version_is_told_with_those_there_are(
    yard: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    world.register(yard, "r1", gate="failed")
    typed = type_(
        capsys, "waive", world.MODEL, "--version", "7", "--reason", "r", "--expires", "2030-01-01"
    )
    assert typed.code == 2
    assert "allowed: 1" in typed.err


def test_a_failed_version_cannot_be_approved(
    yard: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    world.register(yard, "r1", gate="failed")
    typed = type_(capsys, "approve", world.MODEL, "--env", "prod", "--version", "1")
    assert typed.code == 1
    assert "its gate says failed" in typed.err
    assert "modelyard waive flight_delay" in typed.err
