"""The boto3 session of this process: each new one would read AWS's service models again."""

from functools import cache

import boto3


@cache
def own_session() -> boto3.Session:
    """The caller that this process is; whoever acts for another makes a session of its own."""
    return boto3.Session()
