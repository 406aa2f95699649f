"""A pod keeps its token for AWS as long as it lives, whatever the API server goes through."""

import json
from pathlib import Path

import pytest

from sandbox.kubernetes.api import Api
from sandbox.kubernetes.node.associations import Associations
from sandbox.kubernetes.node.identity import Identity, Surroundings
from sandbox.kubernetes.runtime.cri import api_pb2 as cri
from sandbox.kubernetes.runtime.state import NAMESPACE, POD, POD_ID, Pod
from tests.sandbox.kubernetes.http_border import Object


class ApiServer:
    """Knows one pod and gives it one token after another, or answers with a refusal."""

    def __init__(self) -> None:
        self.refusal = 0
        self.given = 0

    def answer(self, method: str, path: str, body: Object | None) -> tuple[int, Object]:
        if method == "GET":
            return 200, {"spec": {"serviceAccountName": "serving"}}
        if self.refusal:
            return self.refusal, {"reason": "Refused", "message": "not now"}
        self.given += 1
        return 201, {"status": {"token": f"token {self.given}"}}


@pytest.fixture
def server() -> ApiServer:
    return ApiServer()


@pytest.fixture
def identity(api: Api, tmp_path: Path) -> Identity:
    associations = tmp_path / "associations.json"
    associations.write_text(json.dumps({"models/serving": "arn:aws:iam::111111111111:role/r"}))
    around = Surroundings(aws_endpoint="http://aws", region="eu-west-1", agent="http://agent")
    return Identity(api, Associations(associations), tmp_path / "identity", around)


@pytest.fixture
def token(identity: Identity) -> Path:
    """The file that the pod's containers see."""
    labels = {NAMESPACE: "models", POD: "toy", POD_ID: "u-1"}
    pod = Pod(id="p", config=cri.PodSandboxConfig(labels=labels), address="127.0.0.1")
    (mount,) = identity.inject(pod).mounts
    (file,) = mount.source.iterdir()
    return file


def test_a_token_is_replaced_by_a_new_one(identity: Identity, token: Path) -> None:
    assert token.read_text() == "token 1"
    identity.renew()
    assert token.read_text() == "token 2"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refusal_of_the_moment_takes_no_token_away(
    server: ApiServer, identity: Identity, token: Path, status: int
) -> None:
    server.refusal = status
    identity.renew()
    assert token.read_text() == "token 1"
    server.refusal = 0
    identity.renew()
    assert token.read_text() == "token 2"


def test_an_api_server_that_is_not_reached_takes_no_token_away(
    api: Api, identity: Identity, token: Path
) -> None:
    there, api.server = api.server, "http://127.0.0.1:9"
    identity.renew()
    assert token.read_text() == "token 1"
    api.server = there
    identity.renew()
    assert token.read_text() == "token 2"


@pytest.mark.parametrize("status", [404, 409])
def test_a_pod_that_is_gone_or_has_a_successor_of_its_name_loses_its_token_for_good(
    server: ApiServer, identity: Identity, token: Path, status: int
) -> None:
    server.refusal = status
    identity.renew()
    assert not token.exists()
    server.refusal = 0
    identity.renew()
    assert not token.exists()
