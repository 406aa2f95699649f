"""Step `gate`: decide, against baseline and champion, whether the model may be released."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from ml.deployment.package import Package
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, fetch_package
from ml.development.gate import Decision, judge
from ml.development.inputs import InputError
from ml.development.rules import Rule, incomparable
from ml.development.scored import CHAMPION, Scored
from ml.failures import StepError
from ml.spec import ModelSpec
from ml.steps.arguments import spec_of
from ml.steps.champion import Opponent, opponent
from ml.steps.clients import client
from ml.steps.run_folder import (
    FITTED,
    GATE,
    HOLDOUT,
    METRICS,
    SCORED,
    RunFolder,
    folder_of,
    run_parser,
)
from ml.steps.telling import tell

_NO_CHAMPION = ("", "none")


def run(argv: Sequence[str]) -> int:
    """Judge and write the decision; a candidate that fails is a result, not an error."""
    parser = run_parser("gate", __doc__)
    parser.add_argument("--champion", default="none", help="package that is live, or none")
    parser.add_argument("--signing-key", default="", help="key that signed the champion")
    flags = parser.read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    metrics, fitted = folder.read_json(METRICS), folder.read_json(FITTED)
    scored = Scored(
        frame=folder.read_frame(SCORED),
        task=spec.estimator.task,
        classes=tuple(fitted["classes"]),
    )
    champion, rules = None, list[Rule]()
    if flags.champion not in _NO_CHAMPION:
        package = _champion(flags.champion, flags.signing_key, spec)
        faced = opponent(package, spec, metrics["first_day"])
        scored, rules = _face(faced, scored, folder.read_frame(HOLDOUT))
        champion = _described(package, flags.champion, faced)
    decision = judge(
        scored,
        spec.gates,
        seed=spec.estimator.seed,
        latency_ms=metrics["latency_ms"]["median"],
        threshold=fitted["positive_rate"] or 0.5,
        found_before=rules,
    )
    folder.write_json(
        GATE,
        {
            **decision.as_json(),
            "champion": champion,
            "holdout": {k: metrics[k] for k in ("rows", "labelled_rows", "first_day", "last_day")},
            "resamples": spec.gates.resamples,
            "confidence": spec.gates.confidence,
        },
    )
    _report(spec, folder, decision, champion)
    return 0


def _champion(uri: str, key_arn: str, spec: ModelSpec) -> Package:
    if not key_arn:
        raise StepError(
            "--champion needs --signing-key: no package is opened unverified", exit_code=2
        )
    keys = PublicKeys.from_kms(client("kms"), [key_arn])
    try:
        with tempfile.TemporaryDirectory(prefix="champion-") as cache:
            return fetch_package(Folder.at(client("s3"), uri), Path(cache), keys, model=spec.name)
    except OSError as error:
        place = tempfile.gettempdir()
        raise StepError(f"the champion cannot be kept in {place}: {error.strerror}") from error


def _face(faced: Opponent, scored: Scored, holdout: pl.DataFrame) -> tuple[Scored, list[Rule]]:
    """Let the champion answer the same rows, and say where the comparison is not fair."""
    rules, predictor = list(faced.rules), faced.predictor
    try:
        if predictor.task != scored.task:
            reason = f"the champion is of the task {predictor.task}, not {scored.task}"
            return scored, [*rules, incomparable(reason)]
        answers = predictor.score(holdout)
        return scored.with_scores(CHAMPION, answers, predictor.classes), rules
    except InputError as error:
        return scored, [*rules, incomparable(f"the champion needs other features: {error}")]


def _described(champion: Package, uri: str, faced: Opponent) -> dict[str, str | None]:
    return {
        "uri": uri,
        "digest": champion.digest,
        "run": champion.identity.run,
        "form": faced.form,
        "last_label_day": faced.last_label_day,
    }


def _report(
    spec: ModelSpec,
    folder: RunFolder,
    decision: Decision,
    champion: dict[str, str | None] | None,
) -> None:
    lines = [f"{spec.name}: gate {decision.status}, compared with the {decision.against}"]
    if champion is not None:
        until = champion["last_label_day"]
        lines[0] += f" as {champion['form']}" + (f", fitted until {until}" if until else "")
    lines += [f"  {rule.status:<12} {rule.name}: {rule.text}" for rule in decision.rules]
    tell("\n".join(lines), {"step": "gate", "run": folder.run, **decision.as_json()})
