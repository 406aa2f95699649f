"""Guards against Pulumi state that describes resources of an emulator that has forgotten them."""

from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.record import Record

ANEW = "Run `modelyard sandbox down`, then `modelyard sandbox up`."
"""The way out where what the emulator held is lost: the state of it goes too, all else stays."""


def has_stacks(layout: Layout) -> bool:
    """Whether any stack was ever made here."""
    stacks = layout.pulumi_state / ".pulumi" / "stacks"
    return stacks.is_dir() and any(stacks.rglob("*.json"))


def staleness(layout: Layout, record: Record) -> str:
    """Why the state must not be used with what runs now; empty if it may."""
    file = layout.pulumi / "boot"
    known = file.read_text().strip() if file.exists() else ""
    if known == record.boot_id:
        return ""
    if not has_stacks(layout):
        # Nothing has been deployed yet: the next stack belongs to what runs now.
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(record.boot_id)
        return ""
    died = [part for part in record.parts.values() if part.forgets and part.last_exit]
    cause = f" ({'; '.join(f'{part.name} {part.last_exit}' for part in died)})" if died else ""
    return (
        f"The emulator has lost its memory{cause}: the Pulumi state is of boot {known or '?'}, "
        f"what runs is boot {record.boot_id}. The stacks describe resources that are gone."
    )


def refuse_stale(layout: Layout, record: Record) -> None:
    """Raise if the state and the running emulator do not belong together."""
    reason = staleness(layout, record)
    if reason:
        raise SandboxError(reason, ANEW)
