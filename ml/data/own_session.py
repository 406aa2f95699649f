"""The boto3 session of this process: each new one would read AWS's service models again."""

from functools import cache

import boto3
import botocore.session
from botocore.config import Config

RETRIES = {"mode": "standard", "max_attempts": 4}
"""Of a call that AWS throttles or that fails on the way, before anybody is told."""
ALWAYS = "when_supported"
"""What is compared with its checksum: every object that S3 tells one of, not only on demand."""


@cache
def own_session() -> boto3.Session:
    """The caller that this process is; whoever acts for another makes a session of its own."""
    core = botocore.session.get_session()
    # Said here, and not left to the shell or a profile.
    core.set_default_client_config(Config(retries=RETRIES, response_checksum_validation=ALWAYS))
    return boto3.Session(botocore_session=core)
