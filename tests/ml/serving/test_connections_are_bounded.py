"""No peer keeps a connection for ever, fills the memory, or takes the last place of others."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
import time
from collections.abc import Iterator
from http.client import HTTPResponse

import pytest

from tests.ml.serving.every_server import (
    INFER,
    PATIENCE_SECONDS,
    EveryServer,
    read_to_end,
    request,
)
from tests.ml.serving.every_type_server import LIMITS
from tests.ml.serving.lake import wait_until

pytestmark = pytest.mark.process

MEBIBYTE = 1024 * 1024
LARGE_ROWS = 1_000
GET = b"GET /v2 HTTP/1.1\r\nHost: x\r\n\r\n"
POST = f"POST {INFER} HTTP/1.1\r\nHost: x\r\n".encode()


def is_closed(connection: socket.socket, trickle: bytes) -> bool:
    """Whether the server closes a connection on which the same bytes come again and again."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    connection.settimeout(0.1)
    while time.monotonic() < give_up:
        try:
            connection.sendall(trickle)
            if not connection.recv(65536):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_a_body_that_never_begins_is_not_waited_for(every: EveryServer, expect: bytes) -> None:
    with every.connect() as connection:
        connection.sendall(POST + expect + b"Content-Length: 5\r\n\r\n")
        assert b"request_too_slow" in read_to_end(connection)


def test_a_body_in_drops_is_not_waited_for(every: EveryServer) -> None:
    with every.connect() as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n")
        assert is_closed(connection, trickle=b"1\r\n \r\n")


@pytest.mark.parametrize("noise", [b"\r\n", b"1\r\na\r\n"])
def test_bytes_of_no_request_keep_no_connection(every: EveryServer, noise: bytes) -> None:
    chunked = noise != b"\r\n"
    first = GET.replace(b"Host", b"Transfer-Encoding: chunked\r\nHost") if chunked else GET
    with every.connect() as connection:
        connection.sendall(first)
        assert b"200 OK" in connection.recv(65536)
        assert is_closed(connection, trickle=noise)


def test_an_answer_that_nobody_reads_is_not_kept(every: EveryServer) -> None:
    document = request(LARGE_ROWS)
    for each in document["inputs"]:
        if each["name"] == "bytes":
            each["data"] = ["a" * 3_900] * LARGE_ROWS
    body = json.dumps(document).encode()
    with every.connect(window=4096) as connection:
        connection.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        assert every.holds(connection)
        wait_until(lambda: not every.holds(connection))
        # What was on its way by then; the rest never comes.
        assert 0 < len(read_to_end(connection)) < LARGE_ROWS * 3_900
    assert every.is_well()


def test_a_burst_of_requests_is_answered_in_order(every: EveryServer) -> None:
    paths = [b"/v2", b"/healthz/live", b"/nowhere"] * 20
    with every.connect() as connection:
        for path in paths[:-1]:
            connection.sendall(GET.replace(b"/v2", path))
        closing = GET.replace(b"/v2", paths[-1]).replace(b"Host", b"Connection: close\r\nHost")
        connection.sendall(closing)
        statuses = [line.split()[1] for line in read_to_end(connection).split(b"HTTP/1.1")[1:]]
    assert len(statuses) == len(paths)


def test_short_requests_in_one_piece_are_not_taken_for_long_headers(every: EveryServer) -> None:
    padded = GET.replace(b"Host", b"X-Padding: " + b"a" * 500 + b"\r\nHost")
    with every.connect() as connection:
        connection.sendall(padded * 40 + b"GET /v2 HTTP/1.1\r\nHost: ")
        connection.sendall(b"x\r\nConnection: close\r\n\r\n")
        received = read_to_end(connection)
    assert received.count(b"200 OK") == 41
    assert b"headers_too_large" not in received


def test_thousands_of_requests_ahead_cost_their_sender_the_connection(every: EveryServer) -> None:
    before = every.resident_bytes
    with every.connect() as connection, contextlib.suppress(ConnectionError):
        for _ in range(20):
            connection.sendall(GET * 8_000)
    assert every.resident_bytes - before < 16 * MEBIBYTE
    assert every.is_well()


def test_bodies_of_all_connections_together_are_bounded(every: EveryServer) -> None:
    before = every.resident_bytes

    def is_too_much() -> bool:
        """Send almost four times what may be held; whether some of it was refused."""
        with contextlib.ExitStack() as stack:
            sending = [stack.enter_context(every.connect()) for _ in range(40)]
            for connection in sending:
                with contextlib.suppress(ConnectionError):
                    connection.sendall(POST + b"Content-Length: 4000000\r\n\r\n")
                    connection.sendall(b" " * 3_000_000)
            answers = [first_words(each) for each in told(sending)]
            assert every.resident_bytes - before < LIMITS.held_bytes + 32 * MEBIBYTE
        return any(b"overloaded" in each for each in answers)

    # On a slow machine the first have taken too long before the last have begun.
    wait_until(is_too_much)
    wait_until(every.is_well)


def told(connections: list[socket.socket]) -> list[socket.socket]:
    """Those on which the server says something first."""
    with selectors.DefaultSelector() as selector:
        for each in connections:
            selector.register(each, selectors.EVENT_READ, each)
        return [key.data for key, _ in selector.select(PATIENCE_SECONDS)]


def first_words(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionError:
        return b""


@contextlib.contextmanager
def taken(every: EveryServer, sent: bytes) -> Iterator[list[socket.socket]]:
    """More connections than there are places, each with some bytes sent."""
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(every.connect()) for _ in range(LIMITS.connections + 20)]
        for connection in held:
            with contextlib.suppress(ConnectionError):
                connection.sendall(sent)
        yield held


def test_idle_connections_make_room_for_who_has_a_question(every: EveryServer) -> None:
    with taken(every, GET), every.connect() as connection:
        connection.sendall(GET.replace(b"Host", b"Connection: close\r\nHost"))
        assert b"200 OK" in read_to_end(connection)


def test_half_open_requests_are_refused_a_place_and_time_out(every: EveryServer) -> None:
    def is_refused() -> bool:
        with taken(every, POST + b"Content-Length: 5\r\n\r\n") as held:
            refused = any(b"overloaded" in first_words(each) for each in told(held))
            for connection in held:
                read_to_end(connection)
        return refused

    # On a slow machine the first time out before the last have come.
    wait_until(is_refused)
    assert every.is_well()


def test_an_offer_to_upgrade_is_ignored(every: EveryServer) -> None:
    offer = GET.replace(b"Host", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHost")
    with every.connect() as connection:
        for question in (offer, GET):
            connection.sendall(question)
            answer = HTTPResponse(connection)
            answer.begin()
            assert answer.status == 200
            assert answer.read()
