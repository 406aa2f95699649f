"""Everything the report shows, as plain values: what is collected is what is rendered."""

from dataclasses import dataclass, field
from typing import Any

from modelyard.live.landing import Zone
from modelyard.live.status import EnvironmentStatus
from modelyard.report.life.facts import LifeFacts


@dataclass(frozen=True, kw_only=True)
class VersionFacts:
    """One registered version with the figures its gate saw."""

    environment: str
    model: str
    number: str
    live: bool
    status: str
    gate: str
    registered_at: str
    git_sha: str
    image_digest: str
    run: str
    gate_details: dict[str, Any] = field(default_factory=dict)
    """gate.json of its package: rules with measurement, limit and interval."""
    metrics: dict[str, Any] = field(default_factory=dict)
    """metrics.json of its package: overall, by month, calibration."""
    lineage: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How the version is named in charts."""
        return f"{self.environment} v{self.number}"


@dataclass(frozen=True, kw_only=True)
class LedgerFacts:
    """One environment's ledger and whether it holds together."""

    environment: str
    intact: bool
    reason: str
    entries: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class DataFacts:
    """What one environment's tables hold."""

    environment: str
    model: str
    zones: list[Zone]
    refused: list[dict[str, Any]]
    mirror: dict[str, Any] = field(default_factory=dict)
    """report.json of the redacted mirror; empty where none is made."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """The whole report."""

    generated_at: str
    commit: str
    target: str
    environments: list[EnvironmentStatus]
    versions: list[VersionFacts]
    data: list[DataFacts]
    ledgers: list[LedgerFacts]
    lives: list[LifeFacts] = field(default_factory=list)
    """Models that are live or were watched."""
    stories: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Model → chapters and traffic of the story that was told of it."""
    missing: list[str] = field(default_factory=list)
    """What could not be read, and why: a gap must show, not vanish."""
