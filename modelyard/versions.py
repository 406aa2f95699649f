"""The registered versions of a model in one environment: their facts, their gate, their status."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modelyard.catalogue import kebab
from modelyard.errors import RefusedError, unknown
from modelyard.place import Place
from modelyard.storage import read_json, split_uri

APPROVED = "Approved"
PENDING = "PendingManualApproval"
REJECTED = "Rejected"


class GoneError(RefusedError):
    """Somebody has deleted the version in the registry."""


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
    note: str = ""
    """What whoever set the status had to say."""

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
        arns = [each["ModelPackageArn"] for each in answer["ModelPackageSummaryList"]]
        found += there(place, arns)
        if not answer.get("NextToken"):
            break
        request["NextToken"] = answer["NextToken"]
    return sorted(found, key=lambda version: int(version.number), reverse=True)


def pending(place: Place, model: str) -> list[str]:
    """List the ARNs of a model's versions that were registered and have not gone live."""
    return _with_status(place, model, PENDING)


def refuse_rejected(known: Version, place: Place, model: str) -> None:
    """Refuse a version that somebody has rejected in the registry, whatever it has passed."""
    if known.status == REJECTED:
        raise RefusedError(
            f"Version {known.number} of {model} was rejected in the registry of {place.name} "
            f"({known.note or 'no reason was given'}): nobody can approve or waive it.",
            remedy=f"anyone: modelyard retrain {model} --env {place.name}   (makes a new version)",
        )


def how_to_waive(place: Place, model: str, number: str) -> str:
    """The command by which somebody answers for a version that its gate did not pass."""
    return f"modelyard waive {model} --env {place.name} --version {number} --reason … --expires …"


def rejected(place: Place, model: str, line: dict[str, str]) -> Version | None:
    """Return the version of a release line if somebody has rejected it in the registry."""
    found = there(place, _with_status(place, model, REJECTED))
    return next((each for each in found if each.line == line), None)


def version(place: Place, model: str, number: str) -> Version:
    """Return one version, or say which there are."""
    known = versions(place, model)
    for each in known:
        if each.number == number.removeprefix("v"):
            return each
    raise unknown(f"version of {model}", number, [v.number for v in known], where=place.name)


def describe(place: Place, arn: str) -> Version:
    """Return the version that an event names, or say that it was deleted."""
    try:
        found = place.client("sagemaker").describe_model_package(ModelPackageName=arn)
    except ClientError as error:
        if not _is_gone(error):
            raise
        _, group, number = arn.rsplit("/", 2)
        raise GoneError(
            f"Version {number} of {group} was deleted from the registry of {place.name}.",
            remedy="modelyard retrain makes a new one",
        ) from error
    return Version(
        number=str(found["ModelPackageVersion"]),
        arn=found["ModelPackageArn"],
        status=found["ModelApprovalStatus"],
        registered_at=found["CreationTime"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        facts=dict(found.get("CustomerMetadataProperties", {})),
        specification=dict(found.get("InferenceSpecification", {})),
        note=str(found.get("ApprovalDescription") or ""),
    )


def there(place: Place, arns: Iterable[str]) -> Iterator[Version]:
    """Return those of these versions that nobody has deleted."""
    for arn in arns:
        with suppress(GoneError):
            yield describe(place, arn)


def told_by(place: Place, known: Version, name: str) -> dict[str, Any]:
    """Return a JSON file of a version's package as it lies there, for showing only; empty if none.

    Nobody has compared it with what was signed.
    """
    bucket, prefix = split_uri(known.facts["package_uri"])
    base = prefix.rstrip("/").removesuffix("/manifest.json")
    return read_json(place.client("s3"), bucket, f"{base}/{name}") or {}


def _is_gone(error: ClientError) -> bool:
    reason = error.response["Error"]
    # SageMaker has no code of its own for what is not there.
    return reason["Code"] == "ValidationException" and any(
        words in reason["Message"] for words in ("does not exist", "not found")
    )


def _with_status(place: Place, model: str, status: str) -> list[str]:
    pages = (
        place.client("sagemaker")
        .get_paginator("list_model_packages")
        .paginate(ModelPackageGroupName=group_of(place, model), ModelApprovalStatus=status)
    )
    return [each["ModelPackageArn"] for page in pages for each in page["ModelPackageSummaryList"]]


def approve(place: Place, known: Version, why: str) -> None:
    """Mark a version as the one that went live."""
    place.client("sagemaker").update_model_package(
        ModelPackageArn=known.arn,
        ModelApprovalStatus=APPROVED,
        ApprovalDescription=why[:1024],
        # Sent again because the emulator erases what an update leaves out.
        CustomerMetadataProperties=known.facts,
    )
