"""What was made: the state of recorded resources, and the count of real ones."""

import threading
from collections import Counter
from dataclasses import dataclass, field

from sandbox.aws.provider.wire import Properties

Key = tuple[str, str, str]
"""Account, type, id."""


@dataclass
class Records:
    """Lives and dies with the emulator's memory."""

    _recorded: dict[Key, Properties] = field(default_factory=dict)
    _real: set[Key] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, key: Key, outputs: Properties) -> None:
        """Remember the state of a resource that only exists here."""
        with self._lock:
            self._recorded[key] = outputs

    def find(self, key: Key) -> Properties | None:
        """Return the state of a recorded resource."""
        with self._lock:
            return self._recorded.get(key)

    def note(self, key: Key) -> None:
        """Count a resource that exists in the emulator."""
        with self._lock:
            self._real.add(key)

    def forget(self, key: Key) -> None:
        """The resource is gone."""
        with self._lock:
            self._recorded.pop(key, None)
            self._real.discard(key)

    def counts(self, account: str = "") -> dict[str, dict[str, int]]:
        """Return how many resources, and of how many types, are real and how many recorded.

        Of one account, where one is named.
        """
        with self._lock:
            kinds = {
                name: Counter(kind for owner, kind, _ in keys if account in ("", owner))
                for name, keys in (("real", self._real), ("recorded", self._recorded))
            }
        return {
            name: {"resources": sum(found.values()), "types": len(found)}
            for name, found in kinds.items()
        }
