"""What a type needs to exist for real: how it is made, found, changed and removed."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from sandbox.aws.provider.wire import Properties


@dataclass(frozen=True, kw_only=True)
class Call:
    """One operation on one resource."""

    token: str
    account: str
    region: str
    environment: str
    aws: Callable[[str], Any]
    """Service name → boto3 client in the resource's account and region."""
    inputs: Properties = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    """The resource's own tags over the provider's defaults."""
    id: str = ""
    """Empty at creation."""
    old: Properties = field(default_factory=dict)
    """The state so far."""
    old_inputs: Properties = field(default_factory=dict)

    def changed(self, *keys: str) -> bool:
        """Say whether one of these inputs differs from the state so far."""
        return any(self.inputs.get(key) != self.old_inputs.get(key) for key in keys)

    @property
    def tag_list(self) -> list[dict[str, str]]:
        """The tags as most services want them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


class Made(NamedTuple):
    """A new resource: its id and the outputs that only the service knows."""

    id: str
    outputs: Properties


def nothing(call: Call) -> Properties:
    """Change nothing: what changed lives in the state only."""
    return {}


@dataclass(frozen=True, kw_only=True)
class Handler:
    """The four operations of one type."""

    create: Callable[[Call], Made]
    read: Callable[[Call], Properties | None]
    """Returns what is observed, laid over the known state; None when the resource is gone."""
    delete: Callable[[Call], None]
    update: Callable[[Call], Properties] = nothing


def missing(error: ClientError) -> bool:
    """Say whether an error means that the thing does not exist."""
    code = str(error.response["Error"]["Code"])
    words = ("NotFound", "NoSuch", "NonExistent", "DoesNotExist", "EntityNotFound", "404")
    if any(word in code for word in words):
        return True
    told = str(error.response["Error"].get("Message", "")).lower()
    return code.startswith("Validation") and (
        "does not exist" in told or "could not find" in told or "not found" in told
    )


def if_exists(find: Callable[[Call], Properties | None]) -> Callable[[Call], Properties | None]:
    """Return None where the service says that there is no such thing."""

    def read(call: Call) -> Properties | None:
        try:
            return find(call)
        except ClientError as error:
            if missing(error):
                return None
            raise

    return read


def gone_is_fine(remove: Callable[[Call], object]) -> Callable[[Call], None]:
    """Remove; what is already gone needs no removal."""

    def delete(call: Call) -> None:
        try:
            remove(call)
        except ClientError as error:
            if not missing(error):
                raise

    return delete


def setting(
    *,
    id_key: str,
    put: Callable[[Call], object],
    read: Callable[[Call], Properties | None],
    remove: Callable[[Call], object],
) -> Handler:
    """Return a handler for a part of another resource: put, put again, take away."""

    def create(call: Call) -> Made:
        put(call)
        return Made(str(call.inputs[id_key]), {})

    def update(call: Call) -> Properties:
        put(call)
        return {}

    return Handler(create=create, read=if_exists(read), update=update, delete=gone_is_fine(remove))


def pascal(value: Any, names: dict[str, str] | None = None) -> Any:
    """Return the value with keys as the service spells them: `daysAfter` becomes `DaysAfter`."""
    irregular = names or {}
    if isinstance(value, dict):
        return {
            irregular.get(key, key[:1].upper() + key[1:]): pascal(each, names)
            for key, each in value.items()
            if each is not None
        }
    if isinstance(value, list):
        return [pascal(each, names) for each in value]
    return value


def document(value: Any) -> str:
    """Return a policy as JSON text, whether it was given as text or as an object."""
    return value if isinstance(value, str) else json.dumps(value)
