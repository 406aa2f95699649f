"""Outputs of a stack whose update failed half-way are told as missing, and never used in part."""

import pytest

from modelyard.errors import NotUpError
from modelyard.outputs import PlatformOutputs, ReleasesOutputs

Outputs = type[PlatformOutputs] | type[ReleasesOutputs]
REQUIRED: list[tuple[Outputs, str]] = [
    (kind, name)
    for kind in (PlatformOutputs, ReleasesOutputs)
    for name, field in kind.model_fields.items()
    if field.is_required()
]


def whole(kind: Outputs) -> dict[str, object]:
    value: object = "x" if kind is PlatformOutputs else {}
    return {name: value for name, field in kind.model_fields.items() if field.is_required()}


@pytest.mark.parametrize(("kind", "missing"), REQUIRED)
def test_each_that_is_missing_is_named_with_the_way_to_it(kind: Outputs, missing: str) -> None:
    kind.read("prod", whole(kind))
    told = {name: value for name, value in whole(kind).items() if name != missing}
    with pytest.raises(NotUpError) as refused:
        kind.read("prod", told)
    said = f"prod is not fully up: its stack lacks the outputs {missing}."
    assert (refused.value.message, refused.value.remedy) == (said, "modelyard deploy prod")
