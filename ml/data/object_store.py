"""How Delta reaches S3: as the caller whom boto3 would be, at the same endpoint."""

import os
from typing import Any

import boto3

from ml.failures import StepError


def storage_options(session: boto3.Session) -> dict[str, str]:
    """How Delta's object store reaches S3 as the caller whom boto3 would be."""
    credentials: Any = session.get_credentials()
    if credentials is None:
        raise StepError(
            "no AWS credentials found; set AWS_PROFILE, or run inside a pod or pipeline step"
        )
    if session.region_name is None:
        raise StepError(
            "no AWS region found; set AWS_DEFAULT_REGION, or name one in AWS_PROFILE's profile"
        )
    frozen = credentials.get_frozen_credentials()
    options = {
        "AWS_ACCESS_KEY_ID": frozen.access_key,
        "AWS_SECRET_ACCESS_KEY": frozen.secret_key,
        "AWS_REGION": session.region_name,
    }
    if frozen.token:
        options["AWS_SESSION_TOKEN"] = frozen.token
    if endpoint := os.environ.get("AWS_ENDPOINT_URL"):
        options["AWS_ENDPOINT_URL"] = endpoint
        options["AWS_ALLOW_HTTP"] = str(endpoint.startswith("http://")).lower()
    return options
