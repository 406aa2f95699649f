"""A smoke test passes what answers every row as the version that was released, nothing else."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import polars
import pytest

from modelyard.delivery import machinery
from modelyard.errors import RefusedError
from modelyard.live.endpoint import Endpoint
from modelyard.place import Place
from modelyard.storage import write_json
from modelyard.versions import Version, describe
from tests.modelyard import world

pytestmark = pytest.mark.slow

ROWS = 60


@dataclass
class Server:
    """An endpoint that speaks the protocol and says what it is told to say."""

    versions: list[str] = field(default_factory=lambda: ["1"])
    answers_as: list[str] = field(default_factory=lambda: ["1"])
    """The version behind each answer; the last one stays."""
    left_out: int = 0
    """Rows that it does not answer."""
    refuses: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)

    def answer(self, path: str, body: dict[str, Any] | None) -> tuple[int, dict[str, Any]]:
        """What it says to a request."""
        if path == "/v2/health/ready":
            return 200, {}
        if body is None:
            return 200, {"name": world.MODEL, "versions": self.versions}
        self.asked.append(body)
        if self.refuses:
            return 500, {"error": self.refuses}
        by = self.answers_as.pop(0) if len(self.answers_as) > 1 else self.answers_as[0]
        rows = body["inputs"][0]["shape"][0] - self.left_out
        data = [0.25] * rows
        output = {"name": "probability", "shape": [rows], "datatype": "FP64", "data": data}
        return 200, {"model_name": world.MODEL, "model_version": by, "outputs": [output]}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The server at the address that the cluster would name."""
    said = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(None)

        def do_POST(self) -> None:
            self._reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _reply(self, body: dict[str, Any] | None) -> None:
            status, answer = said.answer(self.path, body)
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{listening.server_port}"
        found = Endpoint(model=world.MODEL, environment="prod", address=address)
        monkeypatch.setattr(machinery, "endpoint", lambda place, model: found)
        yield said
        listening.shutdown()


@pytest.fixture
def released(prod: Place) -> Version:
    """The first version, with its inputs and its holdout."""
    found = describe(prod, world.register(prod, "r1"))
    s3, bucket = prod.client("s3"), prod.platform.artifacts_bucket
    inputs = {"inputs": [{"name": "distance", "datatype": "FP32"}]}
    write_json(s3, bucket, f"packages/{world.MODEL}/r1/inputs.json", inputs)
    frame = polars.DataFrame({"distance": [float(row) for row in range(ROWS)]})
    key = f"runs/{world.MODEL}/r1/holdout.parquet"
    s3.put_object(Bucket=bucket, Key=key, Body=world.parquet(frame))
    return found


def smoke(place: Place, version: Version) -> dict[str, Any]:
    return machinery.machinery(lambda message: None).smoke(place, version, world.MODEL)


def test_it_passes_when_every_row_is_answered(
    prod: Place, released: Version, server: Server
) -> None:
    assert smoke(prod, released) == {
        "rows": machinery.SMOKE_ROWS,
        "first": 0.25,
        "answered_by": "1",
    }
    (asked,) = server.asked
    assert len(set(asked["inputs"][0]["data"])) == machinery.SMOKE_ROWS


def test_one_row_too_few_is_refused(prod: Place, released: Version, server: Server) -> None:
    server.left_out = 1
    with pytest.raises(RefusedError, match="20 rows were asked about, 19 answered"):
        smoke(prod, released)


def test_an_endpoint_that_serves_another_version_is_refused(
    prod: Place, released: Version, server: Server
) -> None:
    server.versions = ["7"]
    with pytest.raises(RefusedError, match="serves version 7, not 1"):
        smoke(prod, released)
    assert server.asked == []


def test_answers_that_stay_another_versions_are_refused(
    prod: Place, released: Version, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machinery, "SETTLING_SECONDS", 0.0)
    server.answers_as = ["7"]
    with pytest.raises(RefusedError, match="version 7 answered, not 1"):
        smoke(prod, released)


def test_a_pod_that_is_on_its_way_out_is_waited_for(
    prod: Place, released: Version, server: Server
) -> None:
    server.answers_as = ["7", "1"]
    assert smoke(prod, released)["answered_by"] == "1"
    assert len(server.asked) == 2


def test_an_error_is_refused_in_the_servers_words(
    prod: Place, released: Version, server: Server
) -> None:
    server.refuses = "the model wants a number"
    with pytest.raises(RefusedError, match=r"does not answer: .*the model wants a number"):
        smoke(prod, released)
