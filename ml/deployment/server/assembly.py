"""Puts a server together from its settings: verified model, capture, application, process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog

from ml.deployment.capture.journal import Journal
from ml.deployment.capture.segment import Origin
from ml.deployment.capture.shipper import S3Store, Shipper
from ml.deployment.server.answering import Answering
from ml.deployment.server.application import Application
from ml.deployment.server.predictor import Release
from ml.deployment.server.process import Server
from ml.deployment.server.settings import Settings
from ml.deployment.server.telemetry import Telemetry
from ml.failures import StepError

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
    return Release(
        model=settings.model,
        version=settings.version,
        digest=package.digest,
        predictor=load_predictor(package),
    )


def build(settings: Settings, release: Release | None, client: Client) -> Server:
    """A server that is ready to run."""
    digest = release.digest if release else ""
    telemetry = Telemetry(settings.model, settings.version, digest)
    journal, shipper = _capture(settings, release, client)
    answering = Answering(release, journal) if release else None
    application = Application(settings.model, release, answering, telemetry, settings.limits)
    return Server(settings, application, telemetry, journal, shipper)


def _capture(
    settings: Settings, release: Release | None, client: Client
) -> tuple[Journal | None, Shipper | None]:
    if not settings.capture_uri:
        log.warning("capture_off", reason="MODELYARD_CAPTURE_URI is empty")
        return None, None
    store = S3Store(settings.capture_uri, settings.pod, lambda: client("s3"))
    shipper = Shipper(settings.capture_folder, store)
    # Also without a version: an earlier process may have left segments on the volume.
    journal = Journal(settings.capture_folder, _origin(settings, release), shipper.notify)
    return journal, shipper


def _origin(settings: Settings, release: Release | None) -> Origin | None:
    if release is None:
        return None
    return Origin(
        model=release.model,
        version=release.version,
        digest=release.digest,
        environment=settings.environment,
        pod=settings.pod,
        inputs=[(field.name, field.datatype) for field in release.predictor.inputs],
        outputs=[(field.name, field.datatype) for field in release.predictor.outputs],
    )
