"""`/openapi.json` describes every route as it is; schemathesis finds no answer that it lacks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from ml.deployment.server.application import Application
from ml.deployment.server.feedback import FeedbackDoor
from ml.deployment.server.openapi import document
from ml.deployment.server.paths import Paths
from ml.deployment.server.predictor import Release
from ml.deployment.server.settings import Limits
from ml.deployment.server.telemetry import Telemetry
from tests.ml.serving.every_server import INFER, EveryServer
from tests.ml.serving.every_type_server import MODEL, EveryType

pytestmark = pytest.mark.process

RELEASE = Release(model=MODEL, version="1", digest="", predictor=EveryType())
DOCUMENT = document(Paths(MODEL, "1", by_key=False), RELEASE, Limits())
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
CALLS = [(path, method, "positive") for path, method in OPERATIONS]
# What is only read takes nothing that could be wrong.
CALLS += [(path, method, "negative") for path, method in OPERATIONS if method != "get"]
calls = settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def refuse_undescribed(
    url: str, described: dict[str, Any], path: str, method: str, mode: str
) -> None:
    """Call an operation with whatever fits its description, or does not; check the answers."""
    # Imported here, and its plugin is off: it would cost every run of pytest a second.
    import schemathesis
    from schemathesis import checks
    from schemathesis.generation import GenerationMode
    from schemathesis.openapi import from_dict
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checked = [
        checks.not_a_server_error,
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    ]

    @calls
    @given(case=from_dict(described)[path][method].as_strategy(GenerationMode(mode)))
    def call(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=url, checks=checked, timeout=30)

    call()


@pytest.mark.parametrize(("path", "method", "mode"), CALLS)
def test_no_call_is_answered_in_a_way_that_is_not_described(
    every: EveryServer, path: str, method: str, mode: str
) -> None:
    refuse_undescribed(every.url, DOCUMENT, path, method, mode)


@pytest.mark.parametrize("by_key", [True, False])
@pytest.mark.parametrize("release", [RELEASE, None])
def test_every_route_is_described_and_no_other(release: Release | None, by_key: bool) -> None:
    version = release.version if release else None
    described = document(Paths(MODEL, version, by_key=by_key), release, Limits())["paths"]
    telemetry = Telemetry(MODEL, "1", "")
    door = FeedbackDoor(None, telemetry, Limits())
    keeper: Any = object() if by_key else None
    application = Application(MODEL, release, None, telemetry, Limits(), door, keeper)
    served: dict[str, Any] = {**dict.fromkeys(application._gets, "get")}
    served |= dict.fromkeys(application._posts, "post")
    assert {path: next(iter(methods)) for path, methods in described.items()} == served


def test_the_server_serves_it(every: EveryServer) -> None:
    served = httpx.get(f"{every.url}/openapi.json", timeout=30).json()
    assert served["openapi"] == "3.1.0"
    assert INFER in served["paths"]


def test_a_method_that_is_not_possible_is_told_which_is(every: EveryServer) -> None:
    wrong = httpx.get(every.url + INFER, timeout=30)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    wrong = httpx.post(f"{every.url}/v2", timeout=30)
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD")
