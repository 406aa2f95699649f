"""The address where pods trade their token for credentials, and where the node says it is well."""

import json
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from sandbox.kubernetes.api import Api, ApiError
from sandbox.kubernetes.node.associations import Associations
from sandbox.kubernetes.node.identity import AUDIENCE

PATH = "/v1/credentials"
_PREFIX = "system:serviceaccount:"
AssumeRole = Callable[[str, str], dict[str, Any]]
"""(role ARN, session name) → Credentials of STS."""


class DeniedError(Exception):
    """Why no credentials are given."""


def credentials(
    token: str, api: Api, associations: Associations, assume_role: AssumeRole
) -> dict[str, Any]:
    """What the AWS SDKs expect of a container credentials endpoint."""
    review = {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token, "audiences": [AUDIENCE]},
    }
    status = api.call("POST", "/apis/authentication.k8s.io/v1/tokenreviews", review)["status"]
    user = status.get("user", {})
    if not status.get("authenticated") or AUDIENCE not in status.get("audiences", ()):
        raise DeniedError(f"the token is not valid for {AUDIENCE}")
    name = str(user.get("username", ""))
    if not name.startswith(_PREFIX):
        raise DeniedError(f"{name} is no service account")
    namespace, _, account = name.removeprefix(_PREFIX).partition(":")
    role = associations.role(namespace, account)
    if role is None:
        raise DeniedError(f"service account {namespace}/{account} has no association")
    pod = user.get("extra", {}).get("authentication.kubernetes.io/pod-name", [account])[0]
    given = assume_role(role, f"eks-{pod}"[:64])
    return {
        "AccessKeyId": given["AccessKeyId"],
        "SecretAccessKey": given["SecretAccessKey"],
        "Token": given["SessionToken"],
        "AccountId": role.split(":")[4],
        "Expiration": given["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def serve(
    port: int,
    trade: Callable[[str], dict[str, Any]],
    is_well: Callable[[], bool],
) -> ThreadingHTTPServer:
    """Make the server; the caller runs it."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing of calls that went well."""

        def _answer(self, status: HTTPStatus, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            if self.path == "/healthz":
                well = is_well()
                status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
                return self._answer(status, {"ready": well})
            if self.path != PATH:
                return self._answer(HTTPStatus.NOT_FOUND, {"message": "no such address"})
            try:
                return self._answer(HTTPStatus.OK, trade(self.headers.get("Authorization", "")))
            except DeniedError as denied:
                return self._answer(HTTPStatus.FORBIDDEN, {"message": str(denied)})
            except ApiError as error:
                return self._answer(HTTPStatus.BAD_GATEWAY, {"message": error.message})
            except Exception as error:
                # Whatever boto3 raises: the pod retries, and the node's log tells why.
                sys.stderr.write(f"no credentials: {error!r}\n")
                return self._answer(HTTPStatus.BAD_GATEWAY, {"message": str(error)})

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
