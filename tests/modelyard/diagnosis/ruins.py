"""A sandbox's folder as it lies there when things went wrong, with secrets in every corner."""

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from modelyard.diagnosis.patterns import ENGINE_SECRET
from sandbox import Layout
from sandbox.aws.config_file import write_config
from sandbox.aws.identities import identities
from sandbox.kubernetes.access import access_of, make_access, merge_kubeconfig
from sandbox.kubernetes.authority import make_authority
from sandbox.record import PartRecord, Record
from tests.modelyard import planted

LINES = planted.lines()
POD = "clusters/prod/kubelet/logs/models_flight-delay-1/server/0.log"


def build(layout: Layout) -> list[str]:
    """Fill the folder; returns the secrets that the sandbox made for itself."""
    state = layout.root
    own: list[str] = []
    environments = [layout.environment(each.name) for each in layout.environments]
    for each in environments:
        authority = make_authority(each.directory / "pki", "127.11.0.1")
        make_access(each, authority)
        own += [access_of(each).token(user) for user in ("admin", "node", "scheduler")]
        own += (each.directory / "pki" / "ca.key").read_text().splitlines()[1:-1]
    merge_kubeconfig(layout, environments)
    people = identities(layout.environments)
    write_config(layout.aws_config, layout.aws_credentials, people)
    own += [each.secret_access_key for each in people]
    Record(
        pid=1,
        phase="running",
        boot_id="abc",
        parts={
            "aws": PartRecord(name="aws", state="ready"),
            "etcd-dev": PartRecord(name="etcd-dev"),
        },
    ).save(state)
    said = LINES + "".join(f"the cluster said {secret}\n" for secret in own)
    files = ["logs/aws.log", "logs/supervisor.log", "logs/error-20300101-000000.txt"]
    for name in (*files, "logs/pipelines/run-1/Train.log", POD, "releases/prod.yaml"):
        _write(state / name, said)
    _write(state / "story.json", json.dumps({"stages": planted.ALL, "said": own}))
    _stack(state / "pulumi/state/.pulumi/history/modelyard/prod", said)
    return own


def _stack(folder: Path, said: str) -> None:
    for number, names in enumerate((["bucket", "queue"], ["bucket", "topic"])):
        resources = [
            {
                "urn": f"urn:pulumi:prod::modelyard::aws:x::{name}",
                "inputs": {"size": number, "key": _secret(number)},
            }
            for name in names
        ]
        summary = {
            "kind": "update",
            "result": "failed",
            "message": said,
            "resourceChanges": {"update": 1},
            "config": {"modelyard:password": {"value": planted.TOKEN, "secret": True}},
        }
        _write(folder / f"prod-{number}.history.json", json.dumps(summary))
        checkpoint = {"checkpoint": {"latest": {"resources": resources}}}
        _write(folder / f"prod-{number}.checkpoint.json", json.dumps(checkpoint))


def _secret(number: int) -> dict[str, str]:
    """The same secret as the engine writes it each time: encrypted anew."""
    cipher = f"{planted.BY_KIND['engine ciphertext']}{number}"
    return {ENGINE_SECRET: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": cipher}


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


class Cluster(BaseHTTPRequestHandler):
    """An API server whose objects and events talk too much."""

    def do_GET(self) -> None:
        """Answer every list with one object."""
        said = LINES if self.path.endswith(("pods", "events")) else "all is well"
        metadata = {"name": "server-1", "namespace": "models", "annotations": {"x": LINES}}
        item = {
            "metadata": metadata,
            "spec": {"containers": [{"env": [{"name": "A", "value": planted.TOKEN}]}]},
            "status": {"phase": "Failed", "message": said},
            "reason": "BackOff",
            "message": said,
            "involvedObject": {"kind": "Pod", "name": "server-1"},
        }
        body = json.dumps({"kind": "List", "items": [item]}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


class Mute(BaseHTTPRequestHandler):
    """An emulator that takes connections and refuses every request."""

    def do_POST(self) -> None:
        """Refuse."""
        said = planted.BY_KIND["AWS session key"]
        body = f"<ErrorResponse><Error><Message>{said}</Message></Error></ErrorResponse>"
        self.send_response(500)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    do_GET = do_POST  # noqa: N815

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""
