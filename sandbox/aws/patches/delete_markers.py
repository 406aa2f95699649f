"""Fact: moto lets go of a versioned object's bytes by asking its delete markers for theirs."""

from moto.s3.models import FakeDeleteMarker

from sandbox.aws.patches.replacing import replace


def _dispose(self: FakeDeleteMarker, garbage: bool = False) -> None:
    """A marker holds no bytes; without this, removing a deleted object's versions fails."""


def apply() -> None:
    """Let a marker be asked."""
    replace(FakeDeleteMarker, "dispose", _dispose)
