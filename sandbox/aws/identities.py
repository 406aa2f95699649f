"""Who can call the emulator: fixed access keys, each bound to one account and one session name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.layout import Environment

ROLE = "platform-engineer"
"""The role that people and the delivery worker assume in every account."""

PEOPLE = {"ada": "", "grace": "-grace", "delivery": "-delivery"}
"""Session name → suffix of the profile; Ada is who a profile without a suffix stands for."""

_ENGINE = "pulumi"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """One assumed-role session with a key that never changes."""

    profile: str
    """Section of the AWS config file; empty for the resource provider's own."""
    environment: str
    account: str
    region: str
    session: str
    access_key_id: str

    @property
    def secret_access_key(self) -> str:
        """Not a secret: the emulator listens on loopback and checks no signature."""
        return f"sandbox-{self.access_key_id.lower()}"

    @property
    def role_arn(self) -> str:
        """The role behind the session."""
        return f"arn:aws:iam::{self.account}:role/{ROLE}"

    @property
    def arn(self) -> str:
        """What STS GetCallerIdentity answers."""
        return f"arn:aws:sts::{self.account}:assumed-role/{ROLE}/{self.session}"


def _identity(environment: Environment, session: str, profile: str) -> Identity:
    # AWS access keys have 20 characters, and moto finds them in the header by that length.
    return Identity(
        profile=profile,
        environment=environment.name,
        account=environment.account,
        region=environment.region,
        session=session,
        access_key_id=f"ASIA{environment.account}{session[:4].upper():X<4}",
    )


def identities(environments: Sequence[Environment]) -> list[Identity]:
    """Return every identity that a profile stands for."""
    return [
        _identity(environment, session, f"{environment.name}{suffix}")
        for environment in environments
        for session, suffix in PEOPLE.items()
    ]


def engine_identity(environment: Environment) -> Identity:
    """Return the identity with which the resource provider makes resources."""
    return _identity(environment, _ENGINE, "")
