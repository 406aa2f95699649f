"""A release line is either complete or refused with its path."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from infra.release_settings import ReleaseSettings
from tests.infra.stacks import DIGEST, ENVIRONMENTS, raw_releases


def refused(raw: dict[str, Any]) -> str:
    with pytest.raises(pulumi.RunError) as error:
        ReleaseSettings.parse(raw, source="releases/Pulumi.test.yaml")
    return str(error.value)


def changed(stack: str, **sections: Any) -> dict[str, Any]:
    return {**raw_releases(stack), **sections}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_tracked_files_are_valid(environment: str) -> None:
    settings = ReleaseSettings.parse(raw_releases(environment), source="test")
    assert settings.platform_stack.endswith(f"/{environment}")


def test_a_line_without_digest_is_refused_with_its_path() -> None:
    line = {"version": "3", "image": "latest", "package": "s3://b/p"}
    message = refused(changed("prod", live={"flight_delay": line}))
    assert "releases.live.flight_delay.image" in message
    assert "releases.live.flight_delay.digest: is required" in message


def test_an_unknown_key_of_a_line_is_told_what_is_allowed() -> None:
    line = {"version": "3", "image": DIGEST, "package": "s3://b/p", "digest": DIGEST, "sha": "x"}
    message = refused(changed("prod", live={"flight_delay": line}))
    assert (
        "live.flight_delay.sha: unknown key; allowed: digest, image, package, version" in message
    )


def test_a_line_of_a_model_that_does_not_exist_is_refused() -> None:
    line = {"version": "3", "image": DIGEST, "package": "s3://b/p", "digest": DIGEST}
    settings = ReleaseSettings.parse(changed("prod", live={"fligth_delay": line}), source="x")
    with pytest.raises(pulumi.RunError, match=r"live\.fligth_delay: .*allowed: flight_delay"):
        settings.must_know({"flight_delay"})


@pytest.mark.parametrize("source", [{}, {"lakehouse": "own", "mirror_of": "prod"}])
def test_training_reads_from_exactly_one_place(source: dict[str, str]) -> None:
    assert "releases.source: must hold exactly one of" in refused(changed("dev", source=source))


def test_prod_trains_on_everything() -> None:
    assert "sample_fraction: must be 1.0" in refused(changed("prod", sample_fraction=0.5))
