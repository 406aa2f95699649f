"""Which account, region and default tags a provider instance stands for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.aws.identities import Identity, engine_identity
from sandbox.aws.provider.wire import UNKNOWN
from sandbox.layout import Environment


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """One configured provider."""

    identity: Identity
    region: str
    default_tags: Mapping[str, str] = field(default_factory=dict)


class NoAccountError(LookupError):
    """The provider's settings lead to no account of the sandbox."""


def decoded(value: Any) -> Any:
    """Return a provider setting; the engine sends lists and objects of providers as JSON text."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def stack_of(urn: str) -> str:
    """Return the stack's name in a URN."""
    parts = urn.split("::")[0].split(":")
    return parts[2] if len(parts) > 2 else ""


def configure(
    settings: Mapping[str, Any], stack: str, environments: Sequence[Environment]
) -> Configuration:
    """Find the account: by allowedAccountIds, else by profile, else by the stack's name."""
    allowed = decoded(settings.get("allowedAccountIds")) or []
    profile = str(settings.get("profile") or "").partition("-")[0]
    if allowed and allowed != UNKNOWN:
        found = [each for each in environments if each.account in allowed]
        wanted = f"allowedAccountIds {', '.join(map(str, allowed))}"
    elif profile:
        found = [each for each in environments if each.name == profile]
        wanted = f"the profile {settings['profile']}"
    else:
        found = [each for each in environments if each.name == stack]
        wanted = f"the stack {stack!r}, and the provider sets no allowedAccountIds"
    if not found:
        known = ", ".join(f"{each.account} ({each.name})" for each in environments)
        raise NoAccountError(
            f"No account of this sandbox for {wanted}. It has: {known}. "
            "Give the aws.Provider allowed_account_ids with one of these."
        )
    environment = next((each for each in found if each.name == stack), found[0])
    tags = decoded(settings.get("defaultTags")) or {}
    return Configuration(
        identity=engine_identity(environment),
        region=str(settings.get("region") or environment.region),
        default_tags=dict(tags.get("tags") or {}) if isinstance(tags, dict) else {},
    )
