"""The model registry: every trained version with its evidence, in SageMaker package groups."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from ml.failures import StepError

Approval = Literal["PendingManualApproval", "Approved", "Rejected"]
_CONTENT = "application/json"


class RegistryError(StepError):
    """The registry cannot answer, or what is asked does not fit what it holds."""


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What a version is known by; all of it is text, because the registry keeps only text."""

    model: str
    run: str
    package_uri: str
    package_digest: str
    image_digest: str
    git_sha: str
    gate: str
    """passed, failed or insufficient: a failed version is kept, it may be waived or explained."""
    environment: str
    trained_by: str


@dataclass(frozen=True, kw_only=True)
class Version:
    """One entry of the registry."""

    number: str
    arn: str
    approval: Approval
    """Registering makes it pending; what becomes of it is for delivery and for people to say."""
    registration: Registration


@dataclass(frozen=True, kw_only=True)
class Registry:
    """The versions of one model in one environment."""

    sagemaker: Any
    group: str

    def register(self, registration: Registration, image: str) -> Version:
        """Enter a version; the same run again gives the version it already has."""
        for version in self.versions():
            if version.registration.run == registration.run:
                return self._same(version, registration)
        token = hashlib.sha256(f"{self.group}/{registration.run}".encode()).hexdigest()[:36]
        answer = self._call(
            "create_model_package",
            ModelPackageGroupName=self.group,
            ModelPackageDescription=f"{registration.model} from run {registration.run}",
            InferenceSpecification={
                "Containers": [
                    {"Image": image, "ModelDataUrl": f"{registration.package_uri}/manifest.json"}
                ],
                "SupportedContentTypes": [_CONTENT],
                "SupportedResponseMIMETypes": [_CONTENT],
            },
            ModelApprovalStatus="PendingManualApproval",
            CustomerMetadataProperties=asdict(registration),
            ClientToken=token,
        )
        return self._read(answer["ModelPackageArn"])

    def versions(self) -> Iterator[Version]:
        """All versions, newest first."""
        arguments: dict[str, Any] = {
            "ModelPackageGroupName": self.group,
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
        }
        arns: list[str] = []
        while True:
            page = self._call("list_model_packages", **arguments)
            arns += (item["ModelPackageArn"] for item in page["ModelPackageSummaryList"])
            if not page.get("NextToken"):
                break
            arguments["NextToken"] = page["NextToken"]
        arns.sort(key=lambda arn: int(arn.rsplit("/", 1)[1]), reverse=True)
        return (self._read(arn) for arn in arns)

    def get(self, number: str) -> Version:
        """One version by its number; the error lists the numbers there are."""
        known = []
        for version in self.versions():
            if version.number == number:
                return version
            known.append(version.number)
        raise RegistryError(
            f"{self.group} has no version {number!r}; known: {', '.join(known) or 'none'}"
        )

    def _same(self, version: Version, registration: Registration) -> Version:
        if version.registration.package_digest != registration.package_digest:
            raise RegistryError(
                f"{self.group}: run {registration.run} is version {version.number} with package "
                f"{version.registration.package_digest}; it cannot also be "
                f"{registration.package_digest}. Start a new run."
            )
        return version

    def _read(self, arn: str) -> Version:
        answer = self._call("describe_model_package", ModelPackageName=arn)
        properties = dict(answer.get("CustomerMetadataProperties") or {})
        missing = Registration.__annotations__.keys() - properties.keys()
        if missing:
            raise RegistryError(f"{arn}: properties missing: {', '.join(sorted(missing))}")
        known = {name: properties[name] for name in Registration.__annotations__}
        return Version(
            number=str(answer["ModelPackageVersion"]),
            arn=arn,
            approval=answer["ModelApprovalStatus"],
            registration=Registration(**known),
        )

    def _call(self, operation: str, **arguments: Any) -> Any:
        try:
            return getattr(self.sagemaker, operation)(**arguments)
        except (ClientError, BotoCoreError) as error:
            raise RegistryError(f"model registry {self.group}: {operation}: {error}") from None
