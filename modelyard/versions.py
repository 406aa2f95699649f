"""The registered versions of a model in one environment: their facts, their gate, their status."""

from dataclasses import dataclass
from typing import Any

from modelyard.catalogue import kebab
from modelyard.errors import unknown
from modelyard.place import Place

APPROVED = "Approved"
PENDING = "PendingManualApproval"


@dataclass(frozen=True, kw_only=True)
class Version:
    """One registered version."""

    number: str
    arn: str
    status: str
    registered_at: str
    facts: dict[str, str]
    """The registry's metadata: run, package, digests, git SHA, gate."""
    specification: dict[str, Any]

    @property
    def gate(self) -> str:
        """What the gate said: passed, failed or insufficient."""
        return self.facts.get("gate", "unknown")

    @property
    def line(self) -> dict[str, str]:
        """What the release line must say to serve this version."""
        return {
            "version": self.number,
            "image": self.facts.get("image_digest", ""),
            "package": self.facts.get("package_uri", ""),
            "digest": self.facts.get("package_digest", ""),
        }


def group_of(place: Place, model: str) -> str:
    """Return the registry group of a model."""
    return place.releases.model_groups.get(model, kebab(model))


def versions(place: Place, model: str) -> list[Version]:
    """List a model's versions, newest first."""
    client = place.client("sagemaker")
    found: list[Version] = []
    request: dict[str, Any] = {"ModelPackageGroupName": group_of(place, model)}
    while True:
        answer = client.list_model_packages(**request)
        found += [
            describe(place, each["ModelPackageArn"]) for each in answer["ModelPackageSummaryList"]
        ]
        if not answer.get("NextToken"):
            break
        request["NextToken"] = answer["NextToken"]
    return sorted(found, key=lambda version: int(version.number), reverse=True)


def pending(place: Place, model: str) -> list[str]:
    """List the ARNs of a model's versions that were registered and have not gone live."""
    pages = (
        place.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(ModelPackageGroupName=group_of(place, model), ModelApprovalStatus=PENDING)
    )
    return [each["ModelPackageArn"] for page in pages for each in page["ModelPackageSummaryList"]]


def version(place: Place, model: str, number: str) -> Version:
    """Return one version, or say which there are."""
    known = versions(place, model)
    for each in known:
        if each.number == number.removeprefix("v"):
            return each
    raise unknown(f"version of {model}", number, [v.number for v in known], where=place.name)


def describe(place: Place, arn: str) -> Version:
    """Return the version that an event names."""
    found = place.client("sagemaker").describe_model_package(ModelPackageName=arn)
    return Version(
        number=str(found["ModelPackageVersion"]),
        arn=found["ModelPackageArn"],
        status=found["ModelApprovalStatus"],
        registered_at=found["CreationTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        facts=dict(found.get("CustomerMetadataProperties", {})),
        specification=dict(found.get("InferenceSpecification", {})),
    )


def approve(place: Place, known: Version, why: str) -> None:
    """Mark a version as the one that went live."""
    place.client("sagemaker").update_model_package(
        ModelPackageArn=known.arn,
        ModelApprovalStatus=APPROVED,
        ApprovalDescription=why[:1024],
        # Sent again because the emulator erases what an update leaves out.
        CustomerMetadataProperties=known.facts,
    )
