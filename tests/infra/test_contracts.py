"""Rules every component obeys, checked for all of them at once."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from typing import Any, get_type_hints

import pulumi
import pytest

import infra
from tests.infra import engine
from tests.infra.examples import EXAMPLES

every_component = pytest.mark.parametrize("component", EXAMPLES, ids=lambda c: c.__name__)
AREAS = (
    "administration",
    "data_estate",
    "model_deployment",
    "model_development",
    "monitoring",
)


def test_every_component_has_an_example() -> None:
    found = set()
    for module in pkgutil.walk_packages(infra.__path__, "infra."):
        for _, value in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(value, pulumi.ComponentResource) and value.__module__ == module.name:
                found.add(value)
    assert found == set(EXAMPLES)


@every_component
def test_constructor_takes_name_args_opts(component: Any) -> None:
    assert list(inspect.signature(component).parameters) == ["name", "args", "opts"]


@every_component
def test_args_are_frozen_and_keyword_only(component: Any) -> None:
    args = get_type_hints(component.__init__)["args"]
    assert args.__name__ == f"{component.__name__}Args"
    kinds = {parameter.kind for parameter in inspect.signature(args).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}
    assert args.__dataclass_params__.frozen


@cache
def nested(component: Any) -> engine.Deployment:
    """The component as `thing`, protected, inside an outer one."""

    def program() -> None:
        outer = pulumi.ComponentResource("test:index:Outer", "outer")
        opts = pulumi.ResourceOptions(parent=outer, protect=True)
        component("thing", EXAMPLES[component], opts)

    return engine.run(program)


@every_component
def test_type_token_says_area_and_class(component: Any) -> None:
    area = component.__module__.split(".")[1]
    (own,) = (r for r in nested(component).resources.values() if r.name == "thing")
    assert area in AREAS
    assert own.type == f"modelyard:{area}:{component.__name__}"


@every_component
def test_children_live_under_their_component(component: Any) -> None:
    resources = nested(component).resources.values()
    children = [r for r in resources if r.name not in ("outer", "thing")]
    assert children
    for child in children:
        assert child.parent.endswith("::thing"), f"{child.name} is not parented"
        assert child.name.startswith("thing-"), f"{child.name} is not named after its parent"


@every_component
def test_what_must_survive_is_protected_by_one_word(component: Any) -> None:
    inside = [r for r in nested(component).resources.values() if r.name != "outer"]
    assert all(resource.protect for resource in inside)


@every_component
def test_registered_outputs_match_the_declared_ones(component: Any) -> None:
    assert set(nested(component).outputs_of("thing")) == set(component.__annotations__)


@every_component
def test_two_instances_can_coexist(component: Any) -> None:
    """Neither takes the place of the other: each has all the URNs that one alone has."""
    args = EXAMPLES[component]
    alone = engine.run(lambda: component("one", args))
    both = engine.run(lambda: (component("one", args), component("two", args)))
    assert len(both.resources) == 2 * len(alone.resources)
    assert alone.resources.keys() < both.resources.keys()
