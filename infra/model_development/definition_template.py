"""Definitions without the SDK's seconds: its answer is kept per shape, and the values put in.

Importing the SDK takes longer than all the rest of a preview. What it makes depends on a
pipeline's shape alone (steps, arguments, parameters), which changes with the code and not from
one release to the next.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from infra.model_development import pipeline_definition
from infra.model_development.pipeline_definition import PipelinePlan, compile_definition

SUBNETS = "{{subnets}}"


def render(plan: PipelinePlan) -> str:
    """The definition of `plan`, from a kept template where there is one."""
    shape = shape_of(plan)
    template = _kept(shape, compile_definition)
    filled = _fill(json.loads(template), _values(plan))
    return json.dumps(filled, sort_keys=True)


def shape_of(plan: PipelinePlan) -> PipelinePlan:
    """The plan with a name in the place of each value that an environment or release gives."""
    return replace(
        plan,
        roles={step: f"{{{{role {step}}}}}" for step in plan.roles},
        defaults={name: f"{{{{default {name}}}}}" for name in plan.defaults},
        subnet_ids=[SUBNETS],
        security_group_id="{{security group}}",
        volume_key_arn="{{volume key}}",
    )


def _values(plan: PipelinePlan) -> dict[str, Any]:
    return {
        **{f"{{{{role {step}}}}}": role for step, role in plan.roles.items()},
        **{f"{{{{default {name}}}}}": value for name, value in plan.defaults.items()},
        "{{security group}}": plan.security_group_id,
        "{{volume key}}": plan.volume_key_arn,
        SUBNETS: list(plan.subnet_ids),
    }


def _fill(node: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(node, dict):
        return {key: _fill(value, values) for key, value in node.items()}
    if node == [SUBNETS]:
        return values[SUBNETS]
    if isinstance(node, list):
        return [_fill(value, values) for value in node]
    return values.get(node, node) if isinstance(node, str) else node


def _kept(shape: PipelinePlan, make: Callable[[PipelinePlan], str]) -> str:
    """The template of a shape: read if some earlier run made it, else made and kept."""
    # The SDK's version and the code that calls it decide the answer as much as the shape does.
    ingredients = [
        asdict(shape),
        version("sagemaker-mlops"),
        version("sagemaker-core"),
        inspect.getsource(pipeline_definition),
    ]
    key = hashlib.sha256(json.dumps(ingredients, sort_keys=True).encode()).hexdigest()
    path = _folder() / f"{key}.json"
    if path.is_file():
        return path.read_text()
    template = make(shape)
    # Keeping it only saves time: a home that cannot be written to must not stop a deployment.
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
            file.write(template)
        # Two runs may make the same file at once; either's is right, and neither is half there.
        Path(file.name).replace(path)
    return template


def _folder() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "modelyard" / "pipelines"
