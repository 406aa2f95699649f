"""Ends a process at a request that it makes, from the proxy in between."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import Future
from typing import Literal

from tests.ml.serving.fault_proxy import Fault, FaultProxy

SECONDS = 120
Moment = Literal["before", "after"]


def ended_at(
    proxy: FaultProxy,
    moment: Moment,
    request: tuple[str, str],
    start: Callable[[], subprocess.Popen[str]],
    number: signal.Signals = signal.SIGKILL,
) -> tuple[int, str]:
    """Start a process and end it before or after the account did a request of its; code and words.

    The request is named by its method and a part of its path.
    """
    started: Future[subprocess.Popen[str]] = Future()

    def end() -> None:
        process = started.result(SECONDS)
        process.send_signal(number)
        process.wait(SECONDS)

    method, path = request
    if moment == "before":
        # An answer of the proxy's own: the account is not asked for somebody who is gone.
        fault = Fault(method, path, 1, status=503, code="SlowDown", before=end)
    else:
        fault = Fault(method, path, 1, after=end)
    proxy.faults = [fault]
    process = start()
    started.set_result(process)
    said, _ = process.communicate(timeout=SECONDS)
    assert proxy.over, f"it never asked for {method} {path}: {said}"
    return process.returncode, said
