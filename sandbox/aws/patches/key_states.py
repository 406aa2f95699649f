"""Fact: moto's disabled and deleted KMS keys still encrypt, and DisableKey fails on an ARN."""

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.models import KmsBackend
from moto.kms.responses import KmsResponse

_USES = (
    "encrypt",
    "decrypt",
    "generate_data_key",
    "sign",
    "verify",
    "generate_mac",
    "get_public_key",
)


class _DisabledError(JsonRESTError):
    def __init__(self, arn: str) -> None:
        super().__init__("DisabledException", f"{arn} is disabled.")


class _InvalidStateError(JsonRESTError):
    def __init__(self, arn: str) -> None:
        super().__init__("KMSInvalidStateException", f"{arn} is pending deletion.")


def _require_enabled(backend: Any, key_id: str) -> None:
    key = backend.describe_key(backend.any_id_to_key_id(key_id))
    if key.key_state == "PendingDeletion":
        raise _InvalidStateError(key.arn)
    if not key.enabled or key.key_state == "Disabled":
        raise _DisabledError(key.arn)


def _checked(method: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(method)
    def check_first(self: Any) -> str:
        answer = method(self)
        used = self._get_param("KeyId") or json.loads(answer).get("KeyId")
        _require_enabled(self.kms_backend, used)
        return answer

    return check_first


def _by_id(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def with_id(self: Any, key_id: str, *arguments: Any, **named: Any) -> Any:
        return method(self, self.any_id_to_key_id(key_id), *arguments, **named)

    return with_id


def apply() -> None:
    """Refuse to use a key that is not enabled; accept ARNs where AWS does."""
    for name in _USES:
        setattr(KmsResponse, name, _checked(getattr(KmsResponse, name)))
    for name in ("disable_key", "enable_key", "schedule_key_deletion", "cancel_key_deletion"):
        setattr(KmsBackend, name, _by_id(getattr(KmsBackend, name)))
