"""Fact: moto's model packages raise no event, lose properties on update, cannot be deleted."""

import json
import threading
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult
from moto.events.models import events_backends
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from sandbox.aws.patches.replacing import replace

DETAIL_TYPE = "SageMaker Model Package State Change"

_NUMBERING = threading.Lock()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def emit(account: str, region: str, *, detail_type: str, arn: str, detail: Any) -> None:
    """Put an event of SageMaker on the account's default bus."""
    entry = {
        "Source": "aws.sagemaker",
        "DetailType": detail_type,
        "Resources": [arn],
        "Detail": json.dumps(detail, default=_plain),
    }
    events_backends[account][region].put_events([entry])


def _announce(backend: Any, arn: str) -> None:
    emit(
        backend.account_id,
        backend.region_name,
        detail_type=DETAIL_TYPE,
        arn=arn,
        detail=_package(backend, arn).gen_response_object(),
    )


def _package(backend: Any, name: str) -> Any:
    package = backend.model_packages.get(backend.model_package_name_mapping.get(name, name))
    if package is None:
        raise ValidationError(f"ModelPackage {name} does not exist.")
    return package


def _delete_package(self: Any) -> Any:
    package = _package(self.sagemaker_backend, self._get_param("ModelPackageName"))
    del self.sagemaker_backend.model_packages[package.arn]
    return ActionResult({})


def _delete_group(self: Any) -> Any:
    backend, name = self.sagemaker_backend, self._get_param("ModelPackageGroupName")
    if name not in backend.model_package_groups:
        raise ValidationError(f"ModelPackageGroup {name} does not exist.")
    held = [x for x in backend.model_packages.values() if x.model_package_group_name == name]
    if held:
        raise ValidationError(
            f"ModelPackageGroup {name} holds {len(held)} versions; delete them first."
        )
    del backend.model_package_groups[name]
    return ActionResult({})


def apply() -> None:
    """Announce every change, keep what an update does not mention, allow deletion."""
    create = SageMakerModelBackend.create_model_package
    update = SageMakerModelBackend.update_model_package

    def create_and_announce(self: Any, *arguments: Any, **named: Any) -> Any:
        with _NUMBERING:
            arn = create(self, *arguments, **named)
        _announce(self, arn)
        return arn

    def update_and_announce(self: Any, model_package_arn: str, **named: Any) -> Any:
        package = _package(self, model_package_arn)
        named["model_approval_status"] = (
            named.get("model_approval_status") or package.model_approval_status
        )
        named["approval_description"] = (
            named.get("approval_description") or package.approval_description
        )
        named["customer_metadata_properties"] = {
            **(package.customer_metadata_properties or {}),
            **(named.get("customer_metadata_properties") or {}),
        }
        arn = update(self, model_package_arn=model_package_arn, **named)
        _announce(self, arn)
        return arn

    replace(SageMakerModelBackend, "create_model_package", create_and_announce)
    replace(SageMakerModelBackend, "update_model_package", update_and_announce)
    replace(SageMakerResponse, "delete_model_package", _delete_package)
    replace(SageMakerResponse, "delete_model_package_group", _delete_group)
