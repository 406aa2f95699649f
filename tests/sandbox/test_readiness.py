"""A part counts as ready when it answers, and an answer of its own counts, whatever its proxy."""

import http.server
import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from sandbox import answers, listens


class _Refusing(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(HTTPStatus.UNAUTHORIZED)
        self.end_headers()

    def log_message(self, *_: object) -> None:  # type: ignore[override]
        return


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), _Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_an_open_port_is_enough_for_listens(port: int) -> None:
    assert listens(port)()
    assert not listens(1)()


def test_the_status_decides_for_answers(port: int) -> None:
    assert not answers(f"http://127.0.0.1:{port}/")()
    assert answers(f"http://127.0.0.1:{port}/", status_below=500)()
    assert not answers("http://127.0.0.1:1/")()


def test_a_proxy_of_the_machine_is_not_asked(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert answers(f"http://127.0.0.1:{port}/", status_below=500)()
