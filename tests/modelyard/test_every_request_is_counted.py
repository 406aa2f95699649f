"""While something goes live requests are sent all the time, and each that fails is counted."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from modelyard.story.traffic import Traffic

ANSWER = b'{"model_version": "1", "parameters": {"prediction_id": "p7"}, "outputs": []}'


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    """An endpoint whose first two answers are good and whose third is not."""
    asked: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            asked.append(1)
            good = len(asked) != 3
            body = ANSWER if good else b"gone"
            self.send_response(200 if good else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield served
    served.shutdown()
    served.server_close()
    thread.join()


def test_every_failed_request_is_counted(server: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{server.server_port}/v2/models/m/infer"
    traffic = Traffic(lambda: (address, [b"{}"]), per_second=200)
    traffic.start()
    for _ in range(200):
        if traffic.facts()["requests"] >= 6:
            break
        threading.Event().wait(0.02)
    traffic.stop()
    facts = traffic.facts()
    assert facts["failed"] == 1
    assert facts["failures"][0]["what"].startswith("HTTP 503")
    good = sum(second["answers"].get("1", 0) for second in facts["seconds"])
    assert good == facts["requests"] - 1
    assert traffic.last_id == "p7"
    assert not traffic.running


def test_it_asks_for_as_long_as_something_goes_live(server: ThreadingHTTPServer) -> None:
    address = f"http://127.0.0.1:{server.server_port}/v2/models/m/infer"
    traffic = Traffic(lambda: (address, [b"{}"]), per_second=200)
    with traffic.flowing():
        while traffic.facts()["requests"] < 2:
            threading.Event().wait(0.02)
    sent = traffic.facts()["requests"]
    threading.Event().wait(0.1)
    assert traffic.facts()["requests"] == sent


def test_an_endpoint_that_is_away_is_a_failure() -> None:
    traffic = Traffic(lambda: ("http://127.0.0.1:9/", [b"{}"]), per_second=50)
    traffic.start()
    for _ in range(200):
        if traffic.failures:
            break
        threading.Event().wait(0.05)
    traffic.stop()
    assert traffic.failures > 0
    assert traffic.facts()["failures"][0]["what"].startswith("ConnectError")
