"""boto3 sessions as commands and delivery use them: quick to make, patient with throttling."""

from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.loaders import create_loader

from ml.data.own_session import RETRIES


@cache
def _loader() -> Any:
    return create_loader()


def new_session(**options: Any) -> boto3.Session:
    """Return a session as `boto3.Session(**options)` would, at a fraction of the time.

    The service models, which cost most of it, are read once for all.
    """
    core = botocore.session.get_session()
    core.set_default_client_config(Config(retries=RETRIES))
    core.register_component("data_loader", _loader())
    return boto3.Session(botocore_session=core, **options)
