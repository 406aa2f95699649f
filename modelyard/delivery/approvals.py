"""Approvals: someone else than author and requester answers, signed, for a release."""

from collections.abc import Callable
from typing import Any

from modelyard.delivery import statements
from modelyard.delivery.evidence import PASSED
from modelyard.delivery.journey import now
from modelyard.delivery.keeping import does_not_hold, keep, kept, one_that_holds
from modelyard.delivery.requesters import requester_of
from modelyard.errors import RefusedError
from modelyard.place import Place, person
from modelyard.release_record import release_record
from modelyard.storage import bare
from modelyard.versions import Version, how_to_waive, refuse_rejected

TRAINED = "who requested the version's training"
BUILD = ("image_digest", "git_sha", "built_by")
"""Facts of the release that the approver signs: whoever asks with others has no approval."""
Report = Callable[[str], None]


def folder_of(model: str, image_digest: str, version: str = "") -> str:
    """Return where approvals lie: of a release, or of one retrained version of it."""
    suffix = f"-v{version}" if version else ""
    return f"approvals/{model}/{bare(image_digest)}{suffix}/"


def key_of(model: str, image_digest: str, approver: str, version: str = "") -> str:
    """Return where one person's approval lies: whoever approves twice says the same."""
    return f"{folder_of(model, image_digest, version)}{person(approver)}.json"


def approve(
    place: Place,
    *,
    model: str,
    release: dict[str, Any],
    evidence: dict[str, Any],
    version: str = "",
    report: Report = lambda message: None,
) -> dict[str, Any]:
    """Sign an approval as the caller; refuses when the caller made the release.

    One that the caller gave before stands, and is returned instead.
    """
    author = str(release.get("built_by", ""))
    refuse_own(place.caller, author, what="the release's author", place=place)
    statement = {
        "kind": "approval",
        "model": model,
        "environment": place.name,
        **_build(release),
        "version": version,
        "evidence_digest": statements.digest(evidence),
        "approver": place.caller,
        "approved_at": now(),
    }
    signed = statements.sign(promoter_kms(place), place.platform.approval_key_arn, statement)
    stored = {**signed.stored(), "evidence": evidence}
    key = key_of(model, release["image_digest"], place.caller, version)
    before = keep(place, key, stored)
    if before is None:
        return stored
    try:
        said = verify(place, before, model=model, release=release, requester="", version=version)
    except RefusedError as error:
        raise does_not_hold(key, error.message) from error
    report(f"{person(place.caller)} approved this at {said['approved_at']} already: that stands")
    return before


def approve_version(
    place: Place, *, model: str, version: Version, report: Report = lambda message: None
) -> dict[str, Any]:
    """Sign an approval of one version that passed its gate; not by whoever asked for it."""
    refuse_rejected(version, place, model)
    if version.gate != PASSED:
        raise RefusedError(
            f"Version {version.number} of {model} cannot be approved: "
            f"its gate says {version.gate}.",
            remedy=how_to_waive(place, model, version.number),
        )
    refuse_own(place.caller, requester_of(place, version), what=TRAINED, place=place)
    return approve(
        place,
        model=model,
        release=release_record(place, version.facts["image_digest"]),
        evidence={"version": version.number, "outcome": PASSED, **version.facts},
        version=version.number,
        report=report,
    )


def given(place: Place, model: str, image_digest: str, version: str = "") -> list[dict[str, Any]]:
    """Return the stored approvals, unverified, by approver."""
    return kept(place, folder_of(model, image_digest, version))


def holding(
    place: Place, *, model: str, release: dict[str, Any], requester: str, version: str = ""
) -> dict[str, Any] | None:
    """Return a stored approval that holds for exactly this; None where nobody has given any.

    Refuses where none of those that were given holds.
    """

    def check(stored: dict[str, Any]) -> dict[str, Any]:
        verify(place, stored, model=model, release=release, requester=requester, version=version)
        return stored

    return one_that_holds(given(place, model, release["image_digest"], version), check)


def verify(
    place: Place,
    stored: dict[str, Any] | None,
    *,
    model: str,
    release: dict[str, Any],
    requester: str,
    version: str = "",
) -> dict[str, Any]:
    """Return the approval's statement if it holds for exactly this, else refuse."""
    if stored is None:
        raise missing(place, model)
    statement = statements.verify(
        place.client("kms"), place.platform.approval_key_arn, stored, what="approval"
    )
    expected = {
        "kind": "approval",
        "model": model,
        "environment": place.name,
        **_build(release),
        "version": version,
    }
    for name, value in expected.items():
        if statement.get(name) != value:
            raise RefusedError(
                f"The approval is for {name} {statement.get(name)!r}, not {value!r}.",
                remedy=f"modelyard approve {model} --env {place.name}",
            )
    if statements.digest(stored.get("evidence", {})) != statement["evidence_digest"]:
        raise RefusedError(
            "The evidence beside the approval is not what the approver saw.",
            remedy=f"modelyard approve {model} --env {place.name}",
        )
    approver = str(statement["approver"])
    refuse_own(approver, requester, what="who requested the promotion")
    refuse_own(approver, str(statement["built_by"]), what="the release's author")
    return statement


def missing(place: Place, model: str) -> RefusedError:
    """Say that nobody has approved, and who can."""
    return RefusedError(
        f"{model} has no approval for {place.name}.",
        remedy=f"someone else runs: {how_to_approve(place, model)}",
    )


def how_to_approve(place: Place, model: str, version: str = "") -> str:
    """The command by which somebody else than the caller approves."""
    which = f"--env {place.name}" + (f" --version {version}" if version else "")
    return f"{_profile(place, place.caller)} modelyard approve {model} {which}".lstrip()


def _profile(place: Place | None, caller: str) -> str:
    """In the sandbox, how its second person enters; she approves what the first has made."""
    if place and place.in_sandbox and person(caller) != "grace":
        return f"AWS_PROFILE={place.name}-grace"
    return ""


def _build(release: dict[str, Any]) -> dict[str, str]:
    return {name: str(release.get(name, "")) for name in BUILD}


def refuse_own(approver: str, other: str, *, what: str, place: Place | None = None) -> None:
    """Refuse when the approver is the same person as someone who must be another."""
    if other and person(approver) == person(other):
        raise RefusedError(
            f"{person(approver)} is {what} and so cannot be the approver.",
            remedy="another person approves, with "
            f"{_profile(place, approver) or 'their own AWS_PROFILE'}",
        )


def promoter_kms(place: Place) -> Any:
    """Return KMS as the promoter role, which alone may sign, under the caller's name."""
    assumed = place.client("sts").assume_role(
        RoleArn=place.platform.promoter_role_arn, RoleSessionName=person(place.caller)[:64]
    )["Credentials"]
    return place.session.client(
        "kms",
        aws_access_key_id=assumed["AccessKeyId"],
        aws_secret_access_key=assumed["SecretAccessKey"],
        aws_session_token=assumed["SessionToken"],
    )
