"""Puts a server together from its settings: verified model, capture, application, process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from ml.deployment.by_key.keeper import Keeper
from ml.deployment.capture.outbox import Outbox
from ml.deployment.capture.segment import Origin
from ml.deployment.server.answering import Answering
from ml.deployment.server.application import Application
from ml.deployment.server.feedback import FeedbackDoor
from ml.deployment.server.predictor import Release
from ml.deployment.server.process import Server
from ml.deployment.server.settings import Settings
from ml.deployment.server.telemetry import Telemetry
from ml.failures import StepError

if TYPE_CHECKING:
    from ml.deployment.by_key.builder import FeatureBuilder
    from ml.deployment.by_key.tables import AsOfSource

Client = Callable[[str], Any]
"""Makes the client of an AWS service by its name."""

log = structlog.get_logger()


def load_release(settings: Settings, client: Client) -> Release | None:
    """Fetch and verify the package, then load the model; None when no version is released."""
    if not settings.package_uri:
        return None
    # Imported here: a server without a version needs no model runtime.
    from ml.deployment.predictors import load_predictor
    from ml.deployment.signing import PublicKeys
    from ml.deployment.store import Folder, fetch_package

    keys = PublicKeys.from_kms(client("kms"), [settings.signing_key_arn])
    try:
        package = fetch_package(
            Folder.at(client("s3"), settings.package_uri),
            # On the pod's volume: a restarted container needs no second download.
            settings.capture_folder / "packages",
            keys,
            digest=settings.package_digest,
            model=settings.model,
        )
    except OSError as error:
        raise StepError(f"the package cannot be kept: {error}; mount a volume there") from None
    predictor = load_predictor(package)
    return Release(
        model=settings.model,
        version=settings.version,
        digest=package.digest,
        predictor=predictor,
        task=predictor.task,
    )


def build(settings: Settings, release: Release | None, client: Client) -> Server:
    """A server that is ready to run."""
    digest = release.digest if release else ""
    telemetry = Telemetry(settings.model, settings.version, digest)
    answers, labels = _answers(settings, release, client), _labels(settings, client)
    answering = Answering(release, answers.journal if answers else None) if release else None
    application = Application(
        settings.model,
        release,
        answering,
        telemetry,
        settings.limits,
        FeedbackDoor(
            labels.journal if labels else None,
            telemetry,
            settings.limits,
            task=release.task if release else "",
        ),
        _keeper(settings, release),
    )
    outboxes = [each for each in (answers, labels) if each is not None]
    return Server(settings, application, telemetry, outboxes)


def _answers(settings: Settings, release: Release | None, client: Client) -> Outbox | None:
    if not settings.capture_uri:
        log.warning("capture_off", reason="MODELYARD_CAPTURE_URI is empty")
        return None
    origin = _origin(settings, release) if release else None
    folder, uri = settings.capture_folder, settings.capture_uri
    return Outbox(folder, origin, uri, settings.pod, lambda: client("s3"))


def _labels(settings: Settings, client: Client) -> Outbox | None:
    """Where labels are kept: also without a version, because they may be of an earlier one."""
    if not settings.lake:
        return None
    origin = Origin(
        model=settings.model,
        version=settings.version,
        digest="",
        environment=settings.environment,
        pod=settings.pod,
        inputs=[],
        outputs=[],
    )
    uri = f"{settings.lake}/feedback/{settings.model}"
    folder = settings.capture_folder / "feedback"
    return Outbox(folder, origin, uri, settings.pod, lambda: client("s3"))


def _keeper(settings: Settings, release: Release | None) -> Keeper | None:
    """What keeps the as-of tables; none where the image has no feature code of the model."""
    folder = settings.models / settings.model
    if release is None or not settings.lake or not (folder / "model.yaml").is_file():
        return None
    source: list[AsOfSource] = []

    def load(known: int | None) -> FeatureBuilder | None:
        # Imported by the keeper's thread, and the engine only once there are tables: a server
        # that gets features starts in a second, and must not pay for those that do not.
        from ml.data.store import Store
        from ml.deployment.by_key.tables import AsOfSource

        if not source:
            source.append(AsOfSource(Store(settings.lake), settings.model))
        tables = source[0].newest(known)
        if tables is None:
            return None
        from ml.deployment.by_key.builder import FeatureBuilder
        from ml.spec import load_model

        return FeatureBuilder(load_model(folder), tables, release.predictor.inputs)

    return Keeper(load, settings.asof_seconds)


def _origin(settings: Settings, release: Release) -> Origin:
    return Origin(
        model=release.model,
        version=release.version,
        digest=release.digest,
        environment=settings.environment,
        pod=settings.pod,
        inputs=[(field.name, field.datatype) for field in release.predictor.inputs],
        outputs=[(field.name, field.datatype) for field in release.predictor.outputs],
    )
