"""One environment as commands see it: its account, its outputs, and who is calling."""

import os
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from modelyard.errors import RefusedError, unknown

if TYPE_CHECKING:
    import boto3

    from modelyard.outputs import PlatformOutputs, ReleasesOutputs


@dataclass(frozen=True, kw_only=True)
class Place:
    """An environment that can be reached; everything AWS goes through its sessions."""

    name: str
    account: str
    region: str
    root: Path
    in_sandbox: bool = True
    role: str = ""
    """A role such as `delivery`; empty means the person who typed the command."""
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _making: threading.Lock = field(
        default_factory=threading.Lock, init=False, repr=False, compare=False
    )
    """Making a client is not safe in threads, using one is."""

    def as_role(self, role: str) -> "Place":
        """Return the same environment acted on by a role of its own, `delivery` for instance."""
        other = replace(self, role=role)
        # What stacks left is the same for everybody, and takes the engine to read.
        for read in {"platform", "releases"} & self.__dict__.keys():
            other.__dict__[read] = self.__dict__[read]
        return other

    @cached_property
    def session(self) -> "boto3.Session":
        """The caller's session: AWS_PROFILE where it fits the account, else its own profile."""
        from modelyard.sessions import new_session

        if self.role:
            return new_session(profile_name=f"{self.name}-{self.role}", region_name=self.region)
        chosen = new_session(region_name=self.region)
        _require_known_profile(chosen.available_profiles)
        if self._fits(chosen):
            return chosen
        if self.name in chosen.available_profiles:
            return new_session(profile_name=self.name, region_name=self.region)
        return chosen

    def client(self, service: str) -> Any:
        """Return a client of this environment, the same each time: it takes long to make."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = self.session.client(service)
            return self._clients[service]

    @cached_property
    def caller(self) -> str:
        """The ARN that STS names for whoever runs this command."""
        return str(self.client("sts").get_caller_identity()["Arn"])

    def require_own_account(self) -> None:
        """Refuse to act when the credentials are of another account than the environment's."""
        held = str(self.client("sts").get_caller_identity()["Account"])
        if held != self.account:
            raise RefusedError(
                f"{self.name} is account {self.account}, but your credentials are of {held}.",
                remedy=f"set AWS_PROFILE to a profile of account {self.account}",
            )

    @cached_property
    def platform(self) -> "PlatformOutputs":
        """What `pulumi up` of the platform left for its readers."""
        from modelyard.outputs import PlatformOutputs
        from modelyard.stacks import PLATFORM, outputs

        return PlatformOutputs.read(self.name, outputs(self.root, PLATFORM, self.name))

    @cached_property
    def releases(self) -> "ReleasesOutputs":
        """What `pulumi up` of the releases left for its readers."""
        from modelyard.outputs import ReleasesOutputs
        from modelyard.stacks import RELEASES, outputs

        return ReleasesOutputs.read(self.name, outputs(self.root, RELEASES, self.name))

    def forget(self, *stacks: str) -> None:
        """Read what these stacks left anew when it is next asked for: they have changed."""
        for stack in stacks:
            self.__dict__.pop(stack, None)

    def _fits(self, session: "boto3.Session") -> bool:
        if "AWS_PROFILE" not in os.environ and self.in_sandbox:
            return False
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            identity = session.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError):
            return False
        return str(identity["Account"]) == self.account


def _require_known_profile(known: Collection[str]) -> None:
    """Refuse a name that is none: another identity would act, and be recorded, in its place."""
    asked = os.environ.get("AWS_PROFILE")
    if asked and asked not in known:
        raise unknown("AWS_PROFILE", asked, known, where="your AWS configuration")


def person(arn: str) -> str:
    """Return who stands behind an ARN: the same in every account they can enter."""
    return arn.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
