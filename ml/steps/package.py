"""Step `package`: write the signed package: model, contract, card, lineage."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from ml.canonical import canonical, digest_of
from ml.deployment.package import MANIFEST, Identity, seal
from ml.deployment.predictors import INPUTS, JUDGED, describe_inputs
from ml.deployment.signing import Signer
from ml.deployment.store import Folder, upload_package
from ml.development.card import model_card
from ml.development.inputs import model_inputs
from ml.failures import StepError
from ml.governance.lineage import build_lineage
from ml.monitoring.fingerprint import fingerprint
from ml.spec import ModelSpec
from ml.steps.arguments import spec_of
from ml.steps.clients import client
from ml.steps.run_folder import (
    EXCHANGE,
    FEATURES,
    FITTED,
    FORMATS,
    GATE,
    HOLDOUT,
    METRICS,
    MODEL,
    REFITTED,
    REFITTED_EXCHANGE,
    REFITTED_FORMATS,
    SCORED,
    SERVED,
    TRAINING,
    RunFolder,
    folder_of,
    run_parser,
)
from ml.steps.telling import tell


def run(argv: Sequence[str]) -> int:
    """Collect the run's results, seal them with a signature, upload; the same run seals once."""
    parser = run_parser("package", __doc__)
    parser.add_argument("--image", required=True, help="digest of the release image")
    parser.add_argument("--git-sha", required=True, help="commit the image was built from")
    parser.add_argument("--signing-key", required=True, help="ARN of the KMS key that signs")
    parser.add_argument("--environment", required=True, help="environment the model is for")
    flags = parser.read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    identity = _identity(flags)
    contents = collect(spec, folder, identity)
    signer = Signer(kms=client("kms"), key_arn=flags.signing_key)
    sealed = seal(contents, identity, signer)
    digest = digest_of(sealed[MANIFEST])
    target = package_folder(flags)
    _upload_once(target, sealed, digest)
    onnx = json.loads(contents[FORMATS])["onnx"]
    shipped = "ONNX and skops" if onnx["equal"] else "skops only"
    tell(
        f"{spec.name}: {len(sealed)} files, {shipped} ({onnx['reason']})\n{target.uri} {digest}",
        {"step": "package", "uri": target.uri, "digest": digest, "onnx": onnx},
    )
    return 0


def collect(spec: ModelSpec, folder: RunFolder, identity: Identity) -> dict[str, bytes]:
    """Every file of the package but manifest and signature; the same run gives the same bytes."""
    fitted, gate = folder.read_json(FITTED), folder.read_json(GATE)
    metrics, features = folder.read_json(METRICS), folder.read_json(FEATURES)
    served = served_model(folder, fitted)
    model, exchange, form = _names(served)
    formats = folder.read_json(form)
    columns, task = dict(fitted["columns"]), fitted["task"]
    holdout = model_inputs(folder.read_frame(HOLDOUT), columns)
    lineage = build_lineage(
        identity=asdict(identity),
        features=features,
        training=fitted,
        served=served,
        champion=(gate["champion"] or {}).get("digest"),
    )
    training = model_inputs(folder.read_frame(TRAINING), columns)
    described = describe_inputs(
        columns, task, not_nullable=formats["not_nullable"], classes=served["classes"]
    )
    answers = _answers(folder.read_frame(SCORED), described, fitted["classes"])
    contents = {
        MODEL: _unchanged(folder, model, served["digest"]),
        INPUTS: canonical(described),
        "contract.yaml": spec.contract_path.read_bytes(),
        "spec.json": canonical(spec.model_dump(mode="json", exclude={"folder"})),
        "fingerprint.json": canonical(_fingerprints(training, holdout, answers)),
        "card.md": model_card(spec, lineage=lineage, metrics=metrics, gate=gate).encode(),
        "metrics.json": canonical(metrics),
        "gate.json": canonical(gate),
        "lineage.json": canonical(lineage),
        FORMATS: canonical(formats),
    }
    if formats["onnx"]["equal"]:
        contents[EXCHANGE] = _unchanged(folder, exchange, formats["onnx"]["digest"])
    if served["refitted"]:
        contents[JUDGED] = _unchanged(folder, MODEL, fitted["model_digest"])
    return contents


def served_model(folder: RunFolder, fitted: Mapping[str, Any]) -> dict[str, Any]:
    """What `refit` decided about the very candidate that is packaged."""
    served = folder.read_json(SERVED)
    if served["judged"]["digest"] != fitted["model_digest"]:
        raise StepError(
            f"{MODEL} of run {folder.run} was fitted again after it was judged; "
            "run the steps from `evaluate` on once more"
        )
    return served


def _names(served: Mapping[str, Any]) -> tuple[str, str, str]:
    """Model, ONNX and formats of what is served."""
    if served["refitted"]:
        return REFITTED, REFITTED_EXCHANGE, REFITTED_FORMATS
    return MODEL, EXCHANGE, FORMATS


def package_folder(flags: argparse.Namespace) -> Folder:
    """Where the package of this run lives."""
    return Folder.at(client("s3"), f"{flags.artifacts}/packages/{flags.model}/{flags.run}")


def _answers(
    scored: pl.DataFrame, described: Mapping[str, Any], classes: Sequence[str]
) -> pl.DataFrame:
    """What the model said on held-out rows: its number, or the likeliest class."""
    said = pl.col("score_candidate")
    if described["task"] == "multiclass":
        names = dict(enumerate(classes))
        said = said.arr.arg_max().replace_strict(names, return_dtype=pl.String)
    return scored.select(said.alias(described["outputs"][0]["name"]))


def _fingerprints(
    training: pl.DataFrame, holdout: pl.DataFrame, answers: pl.DataFrame
) -> Mapping[str, Any]:
    """What the model was shown and what it said, for comparison with what it meets later."""
    return {
        "training": fingerprint(training),
        "holdout": fingerprint(holdout),
        "predictions": fingerprint(answers),
    }


def _upload_once(target: Folder, sealed: Mapping[str, bytes], digest: str) -> None:
    """A package may be live already: it is never overwritten with other bytes."""
    if target.has(MANIFEST):
        stored = digest_of(target.read(MANIFEST))
        if stored != digest:
            raise StepError(
                f"{target.uri} already holds {stored}; a run is packaged once. Start a new run."
            )
        return
    upload_package(target, sealed)


def _unchanged(folder: RunFolder, name: str, digest: str) -> bytes:
    """What is signed is what was measured."""
    content = folder.read(name)
    if digest_of(content) != digest:
        raise StepError(f"{name} of run {folder.run} has changed since it was measured")
    return content


def _identity(flags: argparse.Namespace) -> Identity:
    return Identity(
        model=flags.model,
        run=flags.run,
        environment=flags.environment,
        git_sha=flags.git_sha,
        image_digest=flags.image,
    )
