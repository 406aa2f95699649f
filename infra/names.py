"""Names that another stack must know without reading outputs; all others are autonamed."""

from __future__ import annotations

MODELS_NAMESPACE = "models"
"""Where endpoints, the collector and the watch jobs run."""

DELIVERY_NAMESPACE = "delivery"
"""Where the delivery worker runs."""

SERVER_ACCOUNT_PREFIX = "server-"
COLLECTOR_ACCOUNT = "collector"
WATCH_ACCOUNT = "watch"
DELIVERY_ACCOUNT = "delivery"

IMAGE_REPOSITORY = "modelyard/release"
"""The same in every account, because delivery copies from the environment before by name."""

LEDGER_HEAD = "head.json"
"""The one object of the ledger that is replaced; the ledger's own code names it."""

REQUEST_SOURCE = "modelyard"
"""Who asks delivery for something: the command line, or the platform's own clock."""

REQUESTS = ("Approval Granted", "Promotion Requested", "Waiver Granted")
"""Kinds of events by which people ask delivery for something; the command line sends them."""

RETRAINING_DUE = "Retraining Due"
"""Kind of event by which the clock asks for a retraining; no person may send it."""

ALARM_CHANGED = "CloudWatch Alarm State Change"
"""Kind of event by which CloudWatch tells that an alarm rings or has stopped."""

AS_DEPLOYED = "MODELYARD_AS_DEPLOYED"
"""Variable that names a file with the specs deployed last, for an update that reads no folder."""

PROMOTER_PERMISSION_SET = "ModelyardPromoter"
"""Single sign-on permission set whose holders may promote."""


def cluster_name(environment: str) -> str:
    """Fixed, because kubectl contexts, log groups and trust policies name the cluster."""
    return f"modelyard-{environment}"


def mirror_bucket_name(environment: str, account_id: str) -> str:
    """Fixed, because readers in other accounts name the bucket in their own policies."""
    return f"modelyard-{environment}-mirror-{account_id}"


def role_path(environment: str) -> str:
    """Fixed, because permission to pass roles is given by path."""
    return f"/modelyard/{environment}/"


def server_account(model: str) -> str:
    """Service account of one model's endpoint; the serving role trusts the prefix."""
    return f"{SERVER_ACCOUNT_PREFIX}{model}"
