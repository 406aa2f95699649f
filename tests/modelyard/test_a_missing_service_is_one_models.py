"""A service that is missing is told of its model; the environment and the others stay up."""

from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException

from modelyard.errors import ExitCode
from modelyard.live.endpoint import Endpoint, Health
from modelyard.place import Place
from modelyard.target import Target, Yard
from tests.modelyard import world
from tests.modelyard.keyboard import type_

pytestmark = pytest.mark.slow

MISSING = "its service is missing from the cluster"


def _refusal(status: int, reason: str) -> ApiException:
    """What the cluster's client raises."""
    error = ApiException(status=status, reason=reason)
    error.headers = {"Audit-Id": "4711"}
    error.body = '{"kind": "Status", "message": "services \\"class\\" not found"}'
    assert "Audit-Id" in str(error)
    return error


@pytest.fixture
def yard(prod: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Production with two models."""
    known = prod.releases.endpoints
    two = {**known, "class": known[world.MODEL]}
    prod.__dict__["releases"] = prod.releases.model_copy(update={"endpoints": two})
    monkeypatch.setattr(Yard, "place", lambda self, name: prod)
    opened = Yard(root=prod.root, target=Target.SANDBOX)
    monkeypatch.setattr("modelyard.commands.status.open_yard", lambda target: opened)
    monkeypatch.setattr(Endpoint, "health", lambda self: Health(ready=True, status=200))
    return prod


def _answering(monkeypatch: pytest.MonkeyPatch, status: int, reason: str) -> None:
    def found(place: Place, model: str) -> Any:
        if model == "class":
            raise _refusal(status, reason)
        return Endpoint(model=model, environment=place.name, address="http://10.0.0.1:8080")

    monkeypatch.setattr("modelyard.live.status.endpoint", found)


def test_the_others_answer_and_the_environment_is_up(
    yard: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _answering(monkeypatch, 404, "Not Found")
    typed = type_(capsys, "status", "--env", "prod")
    assert typed.code == ExitCode.OK
    lines = {line.split()[1]: line for line in typed.out.splitlines() if "prod " in line}
    assert MISSING in lines["class"]
    assert MISSING not in lines[world.MODEL]
    assert "http://10.0.0.1:8080" in lines[world.MODEL]
    assert "not up" not in typed.out


def test_no_header_of_an_answer_reaches_people(
    yard: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _answering(monkeypatch, 403, "Forbidden")
    typed = type_(capsys, "status", "--env", "prod")
    assert typed.code == ExitCode.NOT_UP
    assert "prod is not up: the cluster answers 403 Forbidden\n" in typed.out
    assert "Audit-Id" not in typed.out + typed.err
