"""A service address answers whatever happens to the pods behind it."""

import http.client
import socket
import threading
import time
from collections import Counter

import pytest

from tests.sandbox.kubernetes.cluster import Cluster, until
from tests.sandbox.kubernetes.workload import NAMESPACE, deployment

pytestmark = pytest.mark.engine
APPS = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments"
HOME = f"/api/v1/namespaces/{NAMESPACE}"


def service(cluster: Cluster, name: str) -> str:
    body = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 8080}]},
    }
    return str(cluster.apply(f"{HOME}/services/{name}", body)["spec"]["clusterIP"])


def ask(address: str, path: str = "/") -> str:
    connection = http.client.HTTPConnection(address, 8080, timeout=60)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        assert response.status == 200
        return response.read().decode()
    finally:
        connection.close()


def refused(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, 8080)) != 0


def crashed(cluster: Cluster, app: str) -> bool:
    """Whether the pod has ended: its port is closed, or open again after it was restarted."""
    (pod,) = cluster.pods(app)
    restarts = pod["status"]["containerStatuses"][0]["restartCount"]
    return refused(pod["status"]["podIP"]) or restarts > 0


class Client:
    """Asks without a pause until told to stop."""

    def __init__(self, address: str) -> None:
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []
        self._address = address
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.answers[ask(self._address)] += 1
            except Exception as error:
                self.failures.append(repr(error))
            time.sleep(0.002)

    def heard(self, version: str) -> int:
        """How many pods of a version have answered."""
        return len([each for each in [*self.answers] if each.endswith(f" {version}")])

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()


def test_a_rolling_update_fails_no_request(cluster: Cluster) -> None:
    cluster.apply(f"{APPS}/rolled", deployment("rolled", cluster.image, replicas=2))
    address = service(cluster, "rolled")
    until(lambda: len(cluster.ready("rolled")) == 2, "two ready pods")
    until(lambda: ask(address), "the address answers")
    client = Client(address)
    try:
        for version in ("2", "3"):
            changed = deployment("rolled", cluster.image, replicas=2, version=version)
            cluster.apply(f"{APPS}/rolled", changed)

            def rolled(version: str = version) -> bool:
                pods = cluster.ready("rolled")
                env = [pod["spec"]["containers"][0]["env"][2]["value"] for pod in pods]
                return env == [version] * 2 and client.heard(version) == 2

            until(rolled, f"version {version} everywhere, and both pods have answered")
            time.sleep(1)
        until(lambda: sum(client.answers.values()) > 200, "there was something to fail")
    finally:
        client.stop()
    assert client.failures == []


def test_a_connection_waits_for_the_pod_that_replaces_a_killed_one(cluster: Cluster) -> None:
    cluster.apply(f"{APPS}/waited", deployment("waited", cluster.image))
    address = service(cluster, "waited")
    until(lambda: cluster.ready("waited"), "ready")
    until(lambda: ask(address), "the address answers")
    with pytest.raises((http.client.HTTPException, OSError)):
        ask(address, "/crash")
    # The crash is heard a moment before the port closes; what connects in between is cut off.
    until(lambda: crashed(cluster, "waited"), "the pod is gone")
    assert ask(address)


def test_an_address_ends_with_its_service(cluster: Cluster) -> None:
    cluster.apply(f"{APPS}/web", deployment("web", cluster.image))
    address = service(cluster, "web")
    until(lambda: ask(address), "the address answers")
    cluster.api.call("DELETE", f"{HOME}/services/web")
    until(lambda: refused(address), "nobody listens there")
