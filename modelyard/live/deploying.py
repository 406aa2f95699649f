"""Brings the releases of an environment to what its lines say, of which lost ones go first."""

from collections.abc import Callable

from modelyard import stacks
from modelyard.live.withdrawing import withdraw_lost
from modelyard.place import Place
from modelyard.stacks import UpResult


def deploy_releases(place: Place, report: Callable[[str], None]) -> UpResult:
    """Run the engine on the releases project; the platform's stack is not touched."""
    withdraw_lost(place, report)
    done = stacks.up(place.root, stacks.RELEASES, place.name, report)
    place.forget(stacks.RELEASES)
    return done
