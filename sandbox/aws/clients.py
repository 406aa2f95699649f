"""boto3 clients of one account at the emulator, made once and shared by all threads."""

import threading
from typing import Any

import boto3
from botocore.config import Config

from sandbox.aws.identities import Identity

_CONFIG = Config(
    retries={"max_attempts": 1, "mode": "standard"},
    s3={"addressing_style": "path"},
    max_pool_connections=32,
    request_checksum_calculation="when_required",
)


class Clients:
    """Hands out clients with the credentials of an identity."""

    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.Lock()  # making a boto3 client is not safe in threads

    def get(self, identity: Identity, region: str, service: str) -> Any:
        """Return the client of a service in a region."""
        wanted = (identity.access_key_id, region, service)
        with self._lock:
            if wanted not in self._clients:
                session = boto3.session.Session(
                    aws_access_key_id=identity.access_key_id,
                    aws_secret_access_key=identity.secret_access_key,
                    region_name=region,
                )
                self._clients[wanted] = session.client(
                    service, endpoint_url=self._endpoint, config=_CONFIG
                )
            return self._clients[wanted]
