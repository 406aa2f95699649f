"""Both ends of a connection through a service address learn how it ended."""

import socket
import struct
from collections.abc import Callable, Iterator

import pytest

from sandbox.kubernetes.node.proxy import ServiceProxy
from sandbox.kubernetes.node.routes import Address, Route
from tests.sandbox.kubernetes.cluster import until

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER for no time: closing resets, as the kernel does for a killed reader."""


def cut_off(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


class Pod:
    """Accepts connections, and hands them to the test."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(60)
        self.address: Address = self.listener.getsockname()

    def accepted(self) -> socket.socket:
        connection, _ = self.listener.accept()
        connection.settimeout(60)
        return connection


@pytest.fixture
def pod() -> Iterator[Pod]:
    made = Pod()
    yield made
    made.listener.close()


@pytest.fixture
def connect(pod: Pod) -> Iterator[Callable[[], socket.socket]]:
    """Connects to the service in front of the pod."""
    with socket.socket() as free:
        # Not where clients get their ports from: one may be given away before it is bound again.
        free.bind(("127.83.0.1", 0))
        address: Address = free.getsockname()
    proxy = ServiceProxy(
        lambda: [Route(service="models/one", address=address, targets=(pod.address,))]
    )
    proxy.start()
    proxy.changed()

    def connected() -> socket.socket:
        found: socket.socket = until(
            lambda: socket.create_connection(address, timeout=60), "the service is bound"
        )
        return found

    yield connected
    proxy.stop()


def test_an_answer_ends_when_the_pod_ends_it(
    pod: Pod, connect: Callable[[], socket.socket]
) -> None:
    with connect() as client, pod.accepted() as there:
        client.sendall(b"asked")
        client.shutdown(socket.SHUT_WR)
        assert there.recv(100) == b"asked"
        assert there.recv(100) == b""
        there.sendall(b"answered")
        there.close()
        assert client.recv(100) == b"answered"
        assert client.recv(100) == b""


def test_a_client_hears_that_its_pod_was_cut_off(
    pod: Pod, connect: Callable[[], socket.socket]
) -> None:
    with connect() as client:
        client.sendall(b"asked")
        there = pod.accepted()
        # One that cuts off before anything was sent to it refuses: another is tried.
        assert there.recv(100) == b"asked"
        cut_off(there)
        with pytest.raises(ConnectionResetError):
            client.recv(100)


def test_a_pod_hears_that_its_client_was_cut_off(
    pod: Pod, connect: Callable[[], socket.socket]
) -> None:
    client = connect()
    client.sendall(b"asked")
    with pod.accepted() as there:
        assert there.recv(100) == b"asked"
        cut_off(client)
        with pytest.raises(ConnectionResetError):
            there.recv(100)


def test_the_others_go_on_when_one_is_cut_off(
    pod: Pod, connect: Callable[[], socket.socket]
) -> None:
    with connect() as other:
        other.sendall(b"first")
        there = pod.accepted()
        assert there.recv(100) == b"first"
        gone = connect()
        with pod.accepted() as second:
            cut_off(gone)
            with pytest.raises(ConnectionResetError):
                second.recv(100)
        there.sendall(b"answered")
        assert other.recv(100) == b"answered"
        there.close()
