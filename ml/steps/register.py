"""Step `register`: enter the package in the model registry."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ml.canonical import digest_of
from ml.deployment.package import LARGEST_MANIFEST, MANIFEST
from ml.deployment.registry import Registration, Registry
from ml.failures import StepError
from ml.steps.arguments import spec_of
from ml.steps.clients import client
from ml.steps.package import package_folder
from ml.steps.run_folder import folder_of, run_parser
from ml.steps.telling import tell


def run(argv: Sequence[str]) -> int:
    """Register whatever the gate said: a refusal must be visible, and a waiver needs a version."""
    parser = run_parser("register", __doc__)
    parser.add_argument("--group", required=True, help="model package group")
    parser.add_argument("--image", default="", help="image the model is served from, by digest")
    flags = parser.read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    target = package_folder(flags)
    manifest = target.read(MANIFEST, largest=LARGEST_MANIFEST)
    content = json.loads(manifest)
    gate = _verdict(target.read("gate.json"), content)
    registration = Registration(
        model=spec.name,
        run=folder.run,
        package_uri=target.uri,
        package_digest=digest_of(manifest),
        image_digest=content["image_digest"],
        git_sha=content["git_sha"],
        gate=gate,
        environment=content["environment"],
        trained_by=client("sts").get_caller_identity()["Arn"],
    )
    image = flags.image or f"modelyard@{content['image_digest']}"
    version = Registry(sagemaker=client("sagemaker"), group=flags.group).register(
        registration, image
    )
    tell(
        f"{spec.name}: version {version.number} in {flags.group}, gate {gate}, {version.approval}",
        {"step": "register", "version": version.number, "arn": version.arn, "gate": gate},
    )
    return 0


def _verdict(gate: bytes, manifest: dict[str, Any]) -> str:
    if manifest["files"]["gate.json"]["sha256"] != digest_of(gate):
        raise StepError("gate.json differs from the one that was sealed; package the run again")
    return str(json.loads(gate)["status"])
