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
    code, said = _ended(proxy, moment, request, start, number)
    assert proxy.over, f"it never asked for {' '.join(request)}: {said}"
    return code, said


def ended_after_some(
    proxy: FaultProxy,
    moment: Moment,
    request: tuple[str, str],
    start: Callable[[], subprocess.Popen[str]],
    *,
    passing: int,
) -> tuple[int, str]:
    """The same once so many of these requests have passed, if it does not end by itself before."""
    return _ended(proxy, moment, request, start, signal.SIGKILL, passing)


def _ended(
    proxy: FaultProxy,
    moment: Moment,
    request: tuple[str, str],
    start: Callable[[], subprocess.Popen[str]],
    number: signal.Signals,
    passing: int = 0,
) -> tuple[int, str]:
    started: Future[subprocess.Popen[str]] = Future()

    def end() -> None:
        process = started.result(SECONDS)
        process.send_signal(number)
        process.wait(SECONDS)

    method, path = request
    if moment == "before":
        # An answer of the proxy's own: the account is not asked for somebody who is gone.
        fault = Fault(method, path, 1, passing=passing, status=503, code="SlowDown", before=end)
    else:
        fault = Fault(method, path, 1, passing=passing, after=end)
    proxy.faults = [fault]
    process = start()
    started.set_result(process)
    said, _ = process.communicate(timeout=SECONDS)
    return process.returncode, said
