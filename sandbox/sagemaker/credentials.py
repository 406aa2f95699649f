"""Credentials of a step's role, handed out on loopback to whoever holds the step's token."""

import secrets
import threading
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends


class RoleMissingError(LookupError):
    """The role that a step should act as does not exist."""


class StepCredentials:
    """Knows which token stands for which role, as long as the step runs."""

    def __init__(self) -> None:
        self._roles: dict[str, tuple[str, str, str]] = {}
        self._lock = threading.Lock()

    def issue(self, role_arn: str, region: str, session: str) -> str:
        """Return a token for a role that exists."""
        account = role_arn.split(":")[4]
        roles = iam_backends[account]["aws"].roles.values()
        if not any(each.arn == role_arn for each in roles):
            raise RoleMissingError(f"the role {role_arn} does not exist")
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._roles[token] = (role_arn, region, session)
        return token

    def revoke(self, token: str) -> None:
        """The step is over."""
        with self._lock:
            self._roles.pop(token, None)

    def page(self, environ: dict[str, Any]) -> tuple[int, object]:
        """Answer as the container credentials endpoint of AWS does."""
        token = environ.get("HTTP_AUTHORIZATION", "")
        with self._lock:
            granted = self._roles.get(token)
        if granted is None:
            return 403, {"code": "AccessDenied", "message": "no running step has this token"}
        role_arn, region, session = granted
        account = role_arn.split(":")[4]
        role = sts_backends[account]["aws"].assume_role(
            region_name=region,
            role_session_name=session[:64],
            role_arn=role_arn,
            policy="",
            duration=3600,
            external_id="",
        )
        return 200, {
            "RoleArn": role_arn,
            "AccountId": account,
            "AccessKeyId": role.access_key_id,
            "SecretAccessKey": role.secret_access_key,
            "Token": role.session_token,
            "Expiration": role.expiration.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
