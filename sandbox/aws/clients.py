"""boto3 clients of one account at the emulator, made once and shared by all threads."""

import threading
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

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
        # Service models take longest to read, and are the same for every account.
        self._loader = create_loader()

    def get(self, identity: Identity, region: str, service: str) -> Any:
        """Return the client of a service in a region."""
        wanted = (identity.access_key_id, region, service)
        with self._lock:
            if wanted not in self._clients:
                core = botocore.session.get_session()
                core.register_component("data_loader", self._loader)
                session = boto3.session.Session(
                    botocore_session=core,
                    aws_access_key_id=identity.access_key_id,
                    aws_secret_access_key=identity.secret_access_key,
                    region_name=region,
                )
                self._clients[wanted] = session.client(
                    service, endpoint_url=self._endpoint, config=_CONFIG
                )
            return self._clients[wanted]
