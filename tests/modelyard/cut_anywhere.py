"""Moments at which delivery or a rollback is killed, or stopped while others act."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from modelyard.delivery import approvals, lock, waivers
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from tests.modelyard import world
from tests.modelyard.plug import CHANGES
from tests.modelyard.table_in_memory import TableInMemory
from tests.modelyard.world import Crash


@dataclass
class Cut:
    """Where a piece of work is cut off, counted in moments, and what others do meanwhile."""

    after: int
    meanwhile: Callable[[], object] | None = None
    """None: it is killed there. Else it goes on afterwards, as a process that was stopped."""


class Moments:
    """Every change on AWS, of the lines and of the cluster is a moment, and so is each step.

    A stopped process goes on where it asks whether the lock is still its own, so not between that
    and its change: it is stopped at steps, and behind what it changed outside AWS.
    """

    def __init__(self) -> None:
        self.cut: Cut | None = None
        self.grace: Place
        self._dead = False

    def attach(self, place: Place, patch: pytest.MonkeyPatch) -> None:
        """Count the moments of whatever this place does, and let no lock outlive its holder."""
        self.grace = world.enter(place.root, place.name, "grace")
        place.session.events.register("before-call", self._refuse_the_dead)
        place.session.events.register("after-call", self._called)
        place._clients["dynamodb"] = TableInMemory(
            self._refuse_the_dead, lambda: self.reach(on_aws=True)
        )
        self.grace._clients["dynamodb"] = place._clients["dynamodb"]
        for name in ("put", "back", "forget"):
            patch.setattr(ReleaseLines, name, self._behind(getattr(ReleaseLines, name)))
        patch.setattr(lock, "HELD_SECONDS", 0.0)
        patch.setattr(lock, "_renew", lambda *_: None)
        for module in (approvals, waivers):
            patch.setattr(module, "promoter_kms", lambda place: place.client("kms"))

    def run(self, work: Callable[[], object], cut: Cut | None) -> None:
        """Do a piece of work until its end, or until it is killed."""
        self.cut, self._dead = cut, False
        try:
            work()
        except Crash:
            pass
        finally:
            self.cut, self._dead = None, False

    def reach(self, *, on_aws: bool = False) -> None:
        """One more moment."""
        self._refuse_the_dead()
        cut = self.cut
        if cut is None or (on_aws and cut.meanwhile is not None):
            return
        cut.after -= 1
        if cut.after >= 0:
            return
        self.cut = None
        if cut.meanwhile is None:
            self._dead = True
            raise Crash("killed")
        cut.meanwhile()

    def _refuse_the_dead(self, **_: Any) -> None:
        if self._dead:
            raise Crash("dead")

    def _called(self, model: Any, **_: Any) -> None:
        if model.name.startswith(CHANGES):
            self.reach(on_aws=True)

    def _behind(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changed(*given: Any, **named: Any) -> Any:
            result = change(*given, **named)
            self.reach()
            return result

        return changed
