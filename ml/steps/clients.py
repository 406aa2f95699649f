"""AWS clients as every step uses them: bounded waits, few retries."""

from __future__ import annotations

import os
from typing import Any

from botocore.config import Config

from ml.data.own_session import own_session


def client(service: str) -> Any:
    """The client of one service, in the region and with the credentials of the container."""
    # Names of buckets are no host names on an emulator's address.
    style = "path" if os.environ.get("AWS_ENDPOINT_URL") else "auto"
    return own_session().client(
        service,
        config=Config(
            connect_timeout=5,
            read_timeout=60,
            s3={"addressing_style": style},
        ),
    )
