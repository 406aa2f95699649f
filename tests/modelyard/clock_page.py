"""The page of the sandbox's clock on its port, with one weekly thing and one alarm behind it."""

import datetime
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.aws.gateway import Gateway
from sandbox.aws.http_server import serve as bind
from sandbox.timeline.cron import moments, zone
from sandbox.timeline.due import Due, Outcome
from sandbox.timeline.page import ClockPage
from sandbox.timeline.timeline import AlarmChange


class Weekly:
    """Something on Mondays at six, beside something that cannot be read."""

    by_wall = True

    def due(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[Due]:
        """Mondays at six."""
        problems.append("the schedule of x cannot be read")
        return [
            Due(
                at=at,
                kind="CronJob",
                environment="prod",
                name="models/watch-flight-delay",
                fire=lambda: [Outcome(target="models/watch-1", result="delivered")],
            )
            for at in moments("0 6 * * 1", zone("UTC"), after, until, twice=True)
        ]


class Alarms:
    """Rings at midnight."""

    def replay(
        self, after: datetime.datetime, until: datetime.datetime, problems: list[str]
    ) -> list[AlarmChange]:
        """Ring at midnight."""
        if until.hour:
            return []
        return [
            AlarmChange(
                at=until,
                environment="prod",
                name="flight-delay-breach",
                before="OK",
                after="ALARM",
                reason="Threshold Crossed",
            )
        ]

    def observe(self, now: datetime.datetime, problems: list[str]) -> list[AlarmChange]:
        """Never ring by the machine's time."""
        return []


@contextmanager
def serve(page: ClockPage, port: int) -> Iterator[None]:
    """Answer on the port of the emulator."""
    server = bind(Gateway({"clock": page}), port)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
