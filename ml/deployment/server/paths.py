"""Which paths a server has, and what to say about one that it has not."""

from __future__ import annotations

from dataclasses import dataclass

from ml.deployment.server.refusal import Code, RequestError

SUFFIX = "_by_key"
"""Behind the model's name: requests that name entities instead of bringing features."""


@dataclass(frozen=True)
class Paths:
    """The V2 paths of one model, under its own name and, where it can be asked so, by key."""

    model: str
    version: str | None
    """None while no version is released."""
    by_key: bool

    @property
    def roots(self) -> list[str]:
        """Where the model answers requests that bring features."""
        return self._roots(self.model)

    @property
    def keyed_roots(self) -> list[str]:
        """Where it answers requests by key."""
        return self._roots(f"{self.model}{SUFFIX}") if self.by_key else []

    def no_version(self) -> RequestError:
        """What to say while nothing is released."""
        return RequestError(Code.NO_VERSION, f"no version released yet of model {self.model}")

    def unknown(self, path: str) -> RequestError:
        """Why there is nothing at a path."""
        parts = path.split("/")
        if parts[:3] == ["", "v2", "models"] and len(parts) > 3:
            names = [self.model, f"{self.model}{SUFFIX}"] if self.by_key else [self.model]
            if parts[3] not in names:
                return RequestError(
                    Code.UNKNOWN_MODEL,
                    f"model {parts[3][:100]} is not served here; "
                    f"this server has {' and '.join(names)}",
                )
            if parts[4:5] == ["versions"] and len(parts) > 5:
                if self.version is None:
                    return self.no_version()
                if parts[5] != self.version:
                    return RequestError(
                        Code.UNKNOWN_MODEL,
                        f"version {parts[5][:40]} of {self.model} is not live; "
                        f"version {self.version} is",
                    )
        return RequestError(
            Code.NOT_FOUND, f"nothing at {path[:200]}; see /v2 and /v2/models/{self.model}"
        )

    def _roots(self, name: str) -> list[str]:
        root = f"/v2/models/{name}"
        return [root] if self.version is None else [root, f"{root}/versions/{self.version}"]
