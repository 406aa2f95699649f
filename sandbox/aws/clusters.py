"""What AWS knows of the sandbox's clusters: their address, and which role a pod may take."""

import base64
import json
import threading
from pathlib import Path

from sandbox.kubernetes.access import server_url
from sandbox.layout import Layout


class ClusterError(RuntimeError):
    """The environment's control plane is not there."""


class Clusters:
    """Joins the EKS resources to the control planes of the environments."""

    def __init__(self, layout: Layout | None) -> None:
        self._layout = layout
        self._lock = threading.Lock()

    def address(self, environment: str) -> tuple[str, str]:
        """Return the API server's URL and its CA certificate in base64."""
        if self._layout is None:
            return "https://127.0.0.1:6443", base64.b64encode(b"no cluster").decode()
        place = self._layout.environment(environment)
        certificate = place.directory / "pki" / "ca.crt"
        if not certificate.exists():
            raise ClusterError(
                f"The control plane of {environment} has no certificate at {certificate}. "
                "Run `modelyard sandbox status`."
            )
        encoded = base64.b64encode(certificate.read_bytes()).decode()
        return server_url(place), encoded

    def bind(self, environment: str, subject: str, role: str | None) -> None:
        """Let `namespace/serviceaccount` take the role, or none any more."""
        if self._layout is None:
            return
        file: Path = self._layout.environment(environment).directory / "pod-identity.json"
        with self._lock:
            bound = json.loads(file.read_text()) if file.exists() else {}
            bound.pop(subject, None)
            if role is not None:
                bound[subject] = role
            file.parent.mkdir(parents=True, exist_ok=True)
            draft = file.with_suffix(".new")
            draft.write_text(json.dumps(bound, indent=2, sort_keys=True))
            draft.replace(file)

    def clear(self) -> None:
        """Forget all bindings: a new emulator has no associations."""
        if self._layout is None:
            return
        for each in self._layout.environments:
            place = self._layout.environment(each.name).directory
            (place / "pod-identity.json").unlink(missing_ok=True)
