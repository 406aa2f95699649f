"""Which role a service account may use, as recorded by the cluster's owner in AWS."""

import json
from pathlib import Path


class Associations:
    """The pod identity associations of one cluster; read anew each time, they change with it."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def role(self, namespace: str, service_account: str) -> str | None:
        """The role's ARN."""
        try:
            recorded = json.loads(self._file.read_text())
        except FileNotFoundError:
            return None
        role = recorded.get(f"{namespace}/{service_account}")
        return str(role) if role else None
