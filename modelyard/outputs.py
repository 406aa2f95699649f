"""What the stacks promise their readers, typed; a missing output is told as one message."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from modelyard.errors import NotUpError


class _Outputs(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    @classmethod
    def read(cls, environment: str, values: Mapping[str, Any]) -> Self:
        """Check a stack's outputs against what the commands need of them."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            missing = ", ".join(".".join(map(str, each["loc"])) for each in error.errors())
            raise NotUpError(
                f"{environment} is not fully up: its stack lacks the outputs {missing}.",
                remedy=f"modelyard deploy {environment}",
            ) from error


class PlatformOutputs(_Outputs):
    """Outputs of the platform project."""

    account_id: str
    region: str
    cluster_name: str
    namespace: str
    lakehouse_bucket: str
    artifacts_bucket: str
    audit_bucket: str
    mirror_bucket: str = ""
    """Empty where no mirror is made."""
    pseudonym_secret_arn: str = ""
    signing_key_arn: str
    approval_key_arn: str
    """Signs approvals and waivers; only the promoter may."""
    ledger_key_arn: str
    """Signs the ledger; promoter and delivery may."""
    image_repository_url: str
    image_repository_name: str
    promoter_role_arn: str
    delivery_role_arn: str
    delivery_queue_url: str
    dead_letter_queue_url: str
    operations_table: str


class Endpoint(BaseModel):
    """Where a model of one environment is served."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: str
    namespace: str
    port: int
    version: str = ""


class ReleasesOutputs(_Outputs):
    """Outputs of the releases project; every mapping is by model name."""

    endpoints: dict[str, Endpoint]
    training_pipelines: dict[str, str]
    data_pipelines: dict[str, str]
    model_groups: dict[str, str]
    specs: dict[str, str] = Field(default_factory=dict)
    """What each model's folder said when it was deployed last; JSON."""
