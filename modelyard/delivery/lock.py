"""One promotion of a model at a time, and one change of an environment's lines at a time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from modelyard.delivery.operations import Operations
from modelyard.errors import RefusedError, YardError

StillOurs = Callable[[], None]
"""Asked before a change: raises LostLockError where the lock is somebody else's by now."""
LEASE_SECONDS = 1800.0
"""How long a silent holder keeps the lock: longer than the longest step between two renewals."""
HELD_SECONDS = 60.0
"""The lease of a block that renews it by itself: so long does a killed process keep others out."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds a lock, and for what."""

    person: str
    purpose: str
    token: str
    """The piece of work that holds it: the same work may take it again after a crash."""
    since: str
    until: float
    """Seconds since 1970, of the table's clock."""


class LostLockError(YardError):
    """Its holder stood still for longer than the lease; what others did since is what counts."""


class Lock:
    """A named lease in the operations table; a holder that died loses it when the lease ends.

    It ends by the table's clock: by its own, a machine whose clock is ahead would take what
    another one holds.
    """

    def __init__(self, operations: Operations, name: str) -> None:
        self._operations = operations
        self._id = f"lock#{name}"
        self._name = name

    def take(
        self, token: str, *, person: str, purpose: str, lease: float = LEASE_SECONDS
    ) -> Holder | None:
        """Take or renew the lock; returns None, or the holder that has it instead."""
        held, now = self._operations.read_at(self._id)
        wanted = {
            "person": person,
            "purpose": purpose,
            "token": token,
            "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "until": now + lease,
        }
        if held is None:
            if self._operations.create(self._id, wanted):
                return None
            return self.take(token, person=person, purpose=purpose, lease=lease)
        own = held.body["token"] == token
        if own:
            wanted["since"] = held.body["since"]
        free = own or float(held.body["until"]) < now
        if free and self._operations.replace(held, wanted):
            return None
        return self.holder() or Holder(**held.body)

    def require(
        self, token: str, *, person: str, purpose: str, lease: float = LEASE_SECONDS
    ) -> None:
        """Take the lock or refuse, naming who holds it."""
        holder = self.take(token, person=person, purpose=purpose, lease=lease)
        if holder is not None:
            raise RefusedError(
                f"{holder.person} is at it: {holder.purpose}, since {holder.since}.",
                remedy="wait for it to end (modelyard status), then run the same command again",
            )

    def renew(self, token: str, *, lease: float = LEASE_SECONDS) -> None:
        """Renew a lock that is held, or raise LostLockError: it is never taken anew here.

        Nobody else can take it meanwhile: the write goes through only where nobody has written
        since it was read. One that ran out and was taken by nobody is still its holder's.
        """
        while True:
            held, now = self._operations.read_at(self._id)
            if held is None or held.body["token"] != token:
                raise _lost(self.holder())
            if self._operations.replace(held, {**held.body, "until": now + lease}):
                return

    def holder(self) -> Holder | None:
        """Return who holds it now."""
        held, now = self._operations.read_at(self._id)
        if held is None or float(held.body["until"]) < now:
            return None
        return Holder(**held.body)

    def release(self, token: str) -> None:
        """Give it back; does nothing when it has gone to someone else meanwhile."""
        held = self._operations.read(self._id)
        if held is not None and held.body["token"] == token:
            self._operations.remove(held)

    @contextmanager
    def waiting(
        self,
        token: str,
        *,
        person: str,
        purpose: str,
        patience: float = 120.0,
        report: Callable[[str], None] = lambda message: None,
    ) -> Iterator[StillOurs]:
        """Hold the lock for a block, renewing it; waits for the one before, and says for whom.

        The block asks before each change whether it still holds it: a process that was stopped
        for a minute, or a machine that slept, goes on without having noticed.
        """

        def take() -> Holder | None:
            return self.take(token, person=person, purpose=purpose, lease=HELD_SECONDS)

        def still_ours() -> None:
            self.renew(token, lease=HELD_SECONDS)

        deadline = time.monotonic() + patience
        told = False
        while (holder := take()) is not None:
            if time.monotonic() > deadline:
                self.require(token, person=person, purpose=purpose, lease=HELD_SECONDS)
                break
            if not told:
                report(f"waiting: {holder.person} is at it: {holder.purpose}")
                told = True
            time.sleep(0.3)
        ended = threading.Event()
        renewing = threading.Thread(target=_renew, args=(still_ours, ended), daemon=True)
        try:
            renewing.start()
            yield still_ours
        finally:
            ended.set()
            if renewing.ident is not None:
                renewing.join()
            self.release(token)


def _renew(still_ours: StillOurs, ended: threading.Event) -> None:
    while not ended.wait(HELD_SECONDS / 4):
        try:
            still_ours()
        except LostLockError:
            return  # The block is told so before its next change.
        except (BotoCoreError, ClientError):
            continue  # One renewal that does not get through is made up for by the next.


def _lost(holder: Holder | None) -> LostLockError:
    since = f"{holder.person} is at it: {holder.purpose}" if holder else "others were at it since"
    return LostLockError(
        f"This stood still until its lock ran out, and {since}. Nothing more was changed.",
        remedy="modelyard status shows what is live now; then the same command again, if need be",
    )
