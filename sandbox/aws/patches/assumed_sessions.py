"""Fact: moto goes through every session that was ever assumed to find the one that calls."""

from typing import Any

from moto.sts.models import STSBackend

from sandbox.aws.patches.replacing import replace


def apply() -> None:
    """Find a session by its access key at once, from the second time on."""
    search = STSBackend.get_assumed_role_from_access_key

    def find(self: Any, access_key_id: str) -> Any:
        # With the backend's own memory, so that both are lost together.
        known = self.__dict__.setdefault("sessions_by_key", {})
        if access_key_id not in known and (found := search(self, access_key_id)):
            known[access_key_id] = found
        return known.get(access_key_id)

    replace(STSBackend, "get_assumed_role_from_access_key", find)
