"""Names that another stack must know before or without reading outputs; all others are autonamed."""

from __future__ import annotations

MODELS_NAMESPACE = "models"
"""Where endpoints and the collector run."""


def cluster_name(environment: str) -> str:
    """Fixed, because kubectl contexts, log groups and trust policies name the cluster."""
    return f"modelyard-{environment}"


def mirror_bucket_name(environment: str, account_id: str) -> str:
    """Fixed, because readers in other accounts name the bucket in their own policies."""
    return f"modelyard-{environment}-mirror-{account_id}"


def role_path(environment: str) -> str:
    """Fixed, because permission to pass roles is given by path."""
    return f"/modelyard/{environment}/"
