"""A process that the kernel stops for longer than its lease finds the lock gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from moto.server import ThreadedMotoServer

from modelyard.delivery.lock import Lock
from modelyard.delivery.operations import Operations
from modelyard.place import Place

pytestmark = [pytest.mark.slow, pytest.mark.process]

LEASE = 2.0
HOLDER = f"""
import sys

from modelyard.delivery import lock
from modelyard.delivery.operations import Operations
from modelyard.sessions import new_session

lock.HELD_SECONDS = {LEASE}
client = new_session(region_name="eu-west-1").client("dynamodb", endpoint_url=sys.argv[1])
held = lock.Lock(Operations(client, "operations"), "lines")
with held.waiting("a", person="ada", purpose="a release") as still_ours:
    for _ in sys.stdin:
        try:
            still_ours()
        except lock.LostLockError as lost:
            print(lost.message, flush=True)
        else:
            print("changed", flush=True)
"""


class Holder:
    """A process that holds the lock and makes one change for each line it is given."""

    def __init__(self, place: Place, url: str) -> None:
        keys = place.session.get_credentials().get_frozen_credentials()
        credentials = {
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_SESSION_TOKEN": keys.token,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, url],
            env={**os.environ, **credentials},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def change(self) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("change\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def holder(staging: Place) -> Iterator[Holder]:
    """Another process, for which staging's operations table answers on a port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    found = Holder(staging, f"http://{host}:{port}")
    yield found
    found.process.kill()
    found.process.communicate()
    server.stop()


def test_it_makes_no_change_once_it_goes_on(holder: Holder, staging: Place) -> None:
    assert holder.change() == "changed"
    time.sleep(1.5 * LEASE)
    assert holder.change() == "changed"  # renewed meanwhile
    holder.process.send_signal(signal.SIGSTOP)
    time.sleep(1.5 * LEASE)
    other = Lock(Operations.of(staging), "lines")
    assert other.take("b", person="grace", purpose="a rollback", lease=60) is None
    holder.process.send_signal(signal.SIGCONT)
    assert "grace is at it: a rollback" in holder.change()
    other.release("b")
    # Nor when the other has ended: what it did is what counts.
    assert "others were at it since" in holder.change()
    assert other.holder() is None
