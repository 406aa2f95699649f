"""Rules about environments that no single field can state; checked before planning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import TYPE_CHECKING

from infra.sections import Problem

if TYPE_CHECKING:
    from infra.settings import Settings

Rule = Callable[["Settings"], Iterator[Problem]]


def prod_keeps_its_data(settings: Settings) -> Iterator[Problem]:
    """Production data outlives any stack operation."""
    if settings.environment == "prod" and settings.lakehouse.disposable:
        yield "lakehouse.disposable", "must stay false in prod, where data outlives the stack"


def prod_spans_zones(settings: Settings) -> Iterator[Problem]:
    """Every environment spans zones; production survives the loss of one with room to spare."""
    if settings.environment == "prod" and settings.network.availability_zones < 3:
        yield "network.availability_zones", "must be 3 in prod, to keep a quorum without one zone"


def prod_keeps_its_logs(settings: Settings) -> Iterator[Problem]:
    """A year of logs is what an investigation of production can count on."""
    if settings.environment == "prod" and settings.logs.retention_days < 365:
        yield "logs.retention_days", "must be at least 365 in prod"


def prod_locks_its_ledger(settings: Settings) -> Iterator[Problem]:
    """The history of production cannot be rewritten within a year."""
    if settings.environment == "prod" and settings.audit.lock_days < 365:
        yield "audit.lock_days", "must be at least 365 in prod"


def account_is_known(settings: Settings) -> Iterator[Problem]:
    """The environment deploys into an account that the table names."""
    if settings.environment not in settings.accounts:
        known = ", ".join(settings.accounts) or "none"
        yield "accounts", f"has no account for {settings.environment}; it names: {known}"


def accounts_are_distinct(settings: Settings) -> Iterator[Problem]:
    """An account is the border between environments, so two cannot share one."""
    owners: dict[str, str] = {}
    for name, account in settings.accounts.items():
        if account in owners:
            yield f"accounts.{name}", f"must differ from accounts.{owners[account]} ({account})"
        owners.setdefault(account, name)


def mirror_has_other_readers(settings: Settings) -> Iterator[Problem]:
    """A mirror crosses an account border; its ends are two environments of the table."""
    if settings.mirror is not None:
        for index, reader in enumerate(settings.mirror.readers):
            if reader == settings.environment or reader not in settings.accounts:
                others = ", ".join(n for n in settings.accounts if n != settings.environment)
                yield f"mirror.readers.{index}", f"must be one of: {others} (got {reader!r})"
    source = settings.reads_mirror_of
    if source is not None and (source == settings.environment or source not in settings.accounts):
        others = ", ".join(n for n in settings.accounts if n != settings.environment)
        yield "reads_mirror_of", f"must be one of: {others} (got {source!r})"


def overlaps(siblings: Mapping[str, str]) -> Rule:
    """A rule: this block is disjoint from those of the `siblings` (file name to block)."""

    def blocks_are_disjoint(settings: Settings) -> Iterator[Problem]:
        for file, block in siblings.items():
            try:
                other = IPv4Network(block)
            except ValueError:
                # The sibling's own mistake is reported where that stack is deployed.
                continue
            if settings.network.cidr_block.overlaps(other):
                mine = settings.network.cidr_block
                yield "network.cidr_block", f"{mine} overlaps {other} of {file}; choose another"

    return blocks_are_disjoint


RULES: tuple[Rule, ...] = (
    prod_keeps_its_data,
    prod_spans_zones,
    prod_keeps_its_logs,
    prod_locks_its_ledger,
    account_is_known,
    accounts_are_distinct,
    mirror_has_other_readers,
)
