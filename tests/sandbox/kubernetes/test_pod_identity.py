"""A pod gets AWS credentials by its service account's association, and in no other way."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.sandbox.kubernetes.cluster import Cluster, until
from tests.sandbox.kubernetes.workload import NAMESPACE, deployment

pytestmark = pytest.mark.engine
APPS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
ROLE = "arn:aws:iam::111111111111:role/serving"
ANSWER = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<Credentials><AccessKeyId>ASIASERVING</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
<SessionToken>t</SessionToken><Expiration>2040-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleResult></AssumeRoleResponse>"""


class _Sts(BaseHTTPRequestHandler):
    asked: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append(body.decode())
        self.send_response(200)
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def sts(cluster: Cluster) -> Iterator[list[str]]:
    asked: list[str] = []
    handler = type("Handler", (_Sts,), {"asked": asked})
    server = ThreadingHTTPServer(("127.0.0.1", cluster.layout.aws_port), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    associations = cluster.environment.directory / "pod-identity.json"
    associations.write_text(json.dumps({f"{NAMESPACE}/serving": ROLE}))
    yield asked
    associations.unlink()
    server.shutdown()
    thread.join()
    server.server_close()


def from_inside(cluster: Cluster, app: str) -> str:
    pod = until(lambda: cluster.ready(app), "ready")[0]
    connection = http.client.HTTPConnection(pod["status"]["podIP"], 8080, timeout=90)
    connection.request("GET", "/credentials")
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


def test_a_service_account_with_an_association_gets_its_role(
    cluster: Cluster, sts: list[str]
) -> None:
    cluster.apply(f"{APPS}/trusted", deployment("trusted", cluster.image, account="serving"))
    given = json.loads(from_inside(cluster, "trusted"))
    assert given["AccessKeyId"] == "ASIASERVING"
    assert given["Token"] == "t"
    assert given["AccountId"] == "111111111111"
    assert "role%2Fserving" in sts[0]


def test_one_without_gets_nothing(cluster: Cluster, sts: list[str]) -> None:
    cluster.apply(f"{APPS}/plain", deployment("plain", cluster.image))
    assert "Error" in from_inside(cluster, "plain")
    assert sts == []


@pytest.mark.parametrize("audience", ["https://kubernetes.default.svc", "pods.eks.amazonaws.com"])
def test_a_token_counts_only_for_its_audience_and_account(
    cluster: Cluster, sts: list[str], audience: str
) -> None:
    account = "serving" if audience.startswith("https") else "default"
    path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
    request = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {"audiences": [audience]},
    }
    token = cluster.api.call("POST", path, request)["status"]["token"]
    connection = http.client.HTTPConnection("127.0.0.1", cluster.environment.identity_port)
    connection.request("GET", "/v1/credentials", headers={"Authorization": token})
    response = connection.getresponse()
    assert response.status == 403, response.read()
    connection.close()
    assert sts == []
