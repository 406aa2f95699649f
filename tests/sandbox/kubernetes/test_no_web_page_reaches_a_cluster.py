"""Promise: what a cluster holds is out of reach of a page in the browser of who runs it."""

import http.client
import json

import pytest

from tests.sandbox.kubernetes.cluster import Cluster

pytestmark = pytest.mark.process
KEY = json.dumps({"key": "Lw=="})


def ask(cluster: Cluster, path: str, headers: dict[str, str], body: str | None = None) -> int:
    port = cluster.environment.etcd_port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST" if body else "GET", path, body, headers)
        answer = connection.getresponse()
        assert answer.getheader("Access-Control-Allow-Origin") is None
        return answer.status
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/v3/kv/range", "/v3/kv/put", "/v3/kv/deleterange"])
def test_etcd_takes_no_json(cluster: Cluster, path: str) -> None:
    headers = {"Origin": "https://evil.example", "Content-Type": "text/plain"}
    assert ask(cluster, path, headers, KEY) == 404


def test_etcd_is_not_known_under_other_names(cluster: Cluster) -> None:
    assert ask(cluster, "/health", {}) == 200
    assert ask(cluster, "/health", {"Host": "evil.example"}) == 421
