"""One real control plane and node, started as the supervisor would, for the tests of this room."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.containers import ImageConfig, build_image, registry_part
from sandbox.kubernetes import parts
from sandbox.kubernetes.access import access_of
from sandbox.kubernetes.api import APPLY, Api
from sandbox.layout import Environment, EnvironmentLayout, Layout
from sandbox.parts import Part
from tests.sandbox.kubernetes.workload import NAMESPACE, SERVER

REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/probe"
Object = dict[str, Any]


@dataclass
class Cluster:
    """A running cluster."""

    layout: Layout
    environment: EnvironmentLayout
    api: Api
    image: str
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)

    def start(self, part: Part) -> None:
        """Start it and wait until it serves."""
        with self.layout.log(part.name).open("ab") as log:
            process = subprocess.Popen(
                part.argv,
                env={**os.environ, **part.env, "PYTHONPATH": str(Path(__file__).parents[3])},
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.layout.root,
            )
        self.processes[part.name], self.parts[part.name] = process, part
        until(part.ready, f"{part.name} serves", seconds=180)

    def stop(self) -> None:
        """End everything, the last first."""
        for name, process in reversed(self.processes.items()):
            process.terminate()
            try:
                process.wait(self.parts[name].stop_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def kubectl(self, *arguments: str) -> str:
        """Output of our kubectl in the context of the environment."""
        done = subprocess.run(
            ["kubectl", "--kubeconfig", str(self.layout.kubeconfig), "--context", "dev",
             "-n", NAMESPACE, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def apply(self, path: str, body: Object) -> Object:
        """Server-side apply."""
        query = {"fieldManager": "tests", "force": "true"}
        return self.api.call("PATCH", path, body, query=query, content_type=APPLY)

    def pods(self, app: str) -> list[Object]:
        """The pods of one deployment that were not told to stop."""
        found = self.api.call(
            "GET", f"/api/v1/namespaces/{NAMESPACE}/pods", query={"labelSelector": f"app={app}"}
        )
        return [each for each in found["items"] if "deletionTimestamp" not in each["metadata"]]

    def ready(self, app: str) -> list[Object]:
        """Those that are ready."""
        return [each for each in self.pods(app) if condition(each, "Ready")]


def condition(each: Object, kind: str) -> bool:
    """Whether the object has the condition."""
    conditions = each.get("status", {}).get("conditions", ())
    return any(one["type"] == kind and one["status"] == "True" for one in conditions)


def until(check: Callable[[], Any], what: str, seconds: float = 120.0) -> Any:
    """Wait for it; an exception counts as not yet."""
    end = time.monotonic() + seconds
    last: object = None
    while time.monotonic() < end:
        try:
            if found := check():
                return found
        except Exception as error:
            last = error
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what} ({last})")


def run_cluster(root: Path) -> Iterator[Cluster]:
    """Start one; the caller closes the iterator."""
    layout = Layout.create(
        root, [Environment(name="dev", account="111111111111", region="eu-west-1")]
    )
    environment = layout.environment("dev")
    layout.logs.mkdir(exist_ok=True)
    wanted = [registry_part(layout), *parts(layout, environment)]
    api = Api.of(access_of(environment).kubeconfig("admin"))
    cluster = Cluster(layout=layout, environment=environment, api=api, image="")
    try:
        for part in wanted:
            cluster.start(part)
        cluster.image = f"{REPOSITORY}@{_image(layout)}"
        _prepare(cluster)
        yield cluster
    finally:
        cluster.stop()


def _image(layout: Layout) -> str:
    source = layout.root / "server"
    source.mkdir()
    (source / "server.py").write_text(SERVER)
    return build_image(
        layout,
        layers=[{"/app": source}],
        # The host's Python: this image needs no interpreter of its own.
        config=ImageConfig(entrypoint=("/usr/bin/python3", "/app/server.py")),
        repository=REPOSITORY,
    )


def _prepare(cluster: Cluster) -> None:
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    cluster.apply(
        f"/api/v1/namespaces/{NAMESPACE}",
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": NAMESPACE, "labels": labels},
        },
    )
    home = f"/api/v1/namespaces/{NAMESPACE}"
    for kind, plural, name, data in (
        ("ConfigMap", "configmaps", "settings", {"data": {"greeting": "hello"}}),
        ("Secret", "secrets", "secret", {"stringData": {"word": "hush"}}),
        ("ServiceAccount", "serviceaccounts", "serving", {}),
    ):
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, **data}
        cluster.apply(f"{home}/{plural}/{name}", json.loads(json.dumps(body)))
