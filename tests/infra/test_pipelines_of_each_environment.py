"""Each environment trains on the data it may see, under roles that do no more than their step."""

from __future__ import annotations

import json
from typing import Any

from tests.infra.stacks import ENVIRONMENTS, platform_of, releases_of


def test_dev_trains_on_the_mirror_and_prod_on_its_own_lake() -> None:
    assert platform_of("dev").exports["source_mirror_bucket"] == (
        "modelyard-prod-mirror-333333333333"
    )
    sources = {
        environment: _defaults(environment, "flight-delay-training")["Source"]
        for environment in ENVIRONMENTS
    }
    assert sources == {
        "dev": "s3://platform-source_mirror_bucket",
        "staging": "s3://platform-lakehouse_bucket",
        "prod": "s3://platform-lakehouse_bucket",
    }


def test_only_prod_redacts() -> None:
    for environment in ENVIRONMENTS:
        steps = _steps(environment, "diabetes-data")
        assert ("redact" in steps) is (environment == "prod")


def test_no_training_role_signs() -> None:
    roles = {
        step["Name"]: step["Arguments"]["RoleArn"]
        for step in _definition("prod", "flight-delay-training")["Steps"]
    }
    signing = {name for name, role in roles.items() if role == "platform-packaging_role_arn"}
    assert signing == {"package", "register"}


def _definition(environment: str, pipeline: str) -> dict[str, Any]:
    (found,) = (
        each
        for each in releases_of(environment).all("aws:sagemaker/pipeline:Pipeline")
        if each.inputs["pipelineName"] == pipeline
    )
    definition: dict[str, Any] = json.loads(found.inputs["pipelineDefinition"])
    return definition


def _defaults(environment: str, pipeline: str) -> dict[str, str]:
    parameters = _definition(environment, pipeline)["Parameters"]
    return {each["Name"]: each["DefaultValue"] for each in parameters}


def _steps(environment: str, pipeline: str) -> list[str]:
    steps = _definition(environment, pipeline)["Steps"]
    return [each["Name"] for each in steps]
