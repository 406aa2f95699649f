"""Slow, oversized and ambiguous HTTP is cut off early, and nobody else is harmed by it."""

from __future__ import annotations

import socket
import time

import httpx
import psutil
import pytest

from ml.deployment.server.settings import Limits
from tests.ml.serving.server_process import ServerProcess, request

pytestmark = pytest.mark.process

INFER = "/v2/models/toy/infer"
MEBIBYTE = 1024 * 1024
PATIENCE_SECONDS = 40.0
"""For what takes five seconds on an idle machine; an idle connection is borne for 75."""


def connect(server: ServerProcess) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS)
    return connection


def answer_to(server: ServerProcess, sent: bytes) -> bytes:
    """Everything the server says to some bytes until it closes the connection."""
    with connect(server) as connection:
        connection.sendall(sent)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
        except ConnectionResetError:
            pass
        return received


def test_ten_megabytes_are_refused_without_being_kept(
    server: ServerProcess, http: httpx.Client
) -> None:
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    before = process.memory_info().rss
    for _ in range(3):
        answer = http.post(INFER, content=b" " * (10 * MEBIBYTE))
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert process.memory_info().rss - before < 8 * MEBIBYTE


def test_one_byte_more_than_is_allowed_is_too_much(http: httpx.Client) -> None:
    most = Limits().body_bytes
    for size, code in ((most, "invalid_json"), (most + 1, "body_too_large")):
        assert http.post(INFER, content=b" " * size).json()["code"] == code


def test_chunks_without_a_length_are_bounded_too(http: httpx.Client) -> None:
    answer = http.post(INFER, content=(b" " * 65536 for _ in range(160)))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_an_announced_terabyte_is_refused_at_once(server: ServerProcess) -> None:
    head = f"POST {INFER} HTTP/1.1\r\nHost: x\r\nContent-Length: {10**12}\r\n\r\n"
    assert b"413" in answer_to(server, head.encode()).split(b"\r\n")[0]


@pytest.mark.parametrize("sent", [b"", b"GET /v2 HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_headers_that_do_not_come_close_the_connection(server: ServerProcess, sent: bytes) -> None:
    started = time.monotonic()
    received = answer_to(server, sent)
    assert time.monotonic() - started < PATIENCE_SECONDS
    assert not sent or b"408" in received.split(b"\r\n")[0]


@pytest.mark.parametrize("ended", [True, False])
def test_large_headers_are_refused(server: ServerProcess, ended: bool) -> None:
    head = b"GET /v2 HTTP/1.1\r\nHost: x\r\nX-Large: " + b"a" * 65536
    received = answer_to(server, head + (b"\r\n\r\n" if ended else b""))
    assert b"431" in received.split(b"\r\n")[0]


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /v2/models/toy/infer HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /v2 HTTP/1.1\r\nHost: x\r\nBad\x00Name: 1\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    ],
)
def test_ambiguous_requests_are_refused_and_closed(server: ServerProcess, sent: bytes) -> None:
    assert answer_to(server, sent).split(b"\r\n")[0] == b"HTTP/1.1 400 Bad Request"


def test_someone_who_hangs_up_harms_nobody(server: ServerProcess, http: httpx.Client) -> None:
    for _ in range(20):
        with connect(server) as connection:
            head = f"POST {INFER} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{"
            connection.sendall(head.encode())
    assert http.post(INFER, json=request()).status_code == 200
