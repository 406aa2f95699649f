"""What a value may look like, read from the SDK's own annotations."""

import collections.abc
import functools
import inspect
import types
import typing
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi._types as sdk


@dataclass(frozen=True)
class Scalar:
    """A text, number, truth value, asset, or anything."""

    kind: str
    """One of str, int, float, bool, asset, any."""


@dataclass(frozen=True)
class ListOf:
    """A list of one kind of element."""

    element: "Shape"


@dataclass(frozen=True)
class MapOf:
    """Free keys with one kind of value."""

    element: "Shape"


@dataclass(frozen=True)
class ObjectOf:
    """Named fields; read when first needed, because some types contain themselves."""

    source: type

    @property
    def fields(self) -> dict[str, "Shape"]:
        """Field in camelCase → shape."""
        return _fields(self.source)

    @property
    def required(self) -> frozenset[str]:
        """Fields that the SDK's constructor demands."""
        return _required(self.source)


Shape = Scalar | ListOf | MapOf | ObjectOf

_SCALARS: dict[object, str] = {str: "str", int: "int", float: "float", bool: "bool"}


def shape_of(annotation: Any) -> Shape:
    """Return the shape behind an annotation of the SDK."""
    if annotation in _SCALARS:
        return Scalar(_SCALARS[annotation])
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _shape_of_union(arguments)
    if origin in (list, collections.abc.Sequence):
        return ListOf(shape_of(arguments[0]))
    if origin in (dict, collections.abc.Mapping):
        return MapOf(shape_of(arguments[1]))
    if inspect.isclass(annotation):
        if issubclass(annotation, pulumi.Asset | pulumi.Archive):
            return Scalar("asset")
        if issubclass(annotation, str):
            return Scalar("str")
        if sdk.is_input_type(annotation):
            return ObjectOf(annotation)
    return Scalar("any")


def _shape_of_union(arguments: tuple[Any, ...]) -> Shape:
    # Input[T] is Union[T, Awaitable[T], Output[T]]; an enum is Union[str, TheEnum].
    real = [
        each
        for each in arguments
        if each is not types.NoneType
        and typing.get_origin(each) not in (collections.abc.Awaitable, pulumi.Output)
        and not isinstance(each, typing.ForwardRef)
    ]
    if str in real:
        return Scalar("str")
    return shape_of(real[0]) if real else Scalar("any")


@functools.cache
def _fields(source: type) -> dict[str, Shape]:
    return {name: shape_of(each) for name, each in sdk.input_type_types(source).items()}


@functools.cache
def _required(source: type) -> frozenset[str]:
    names = sdk.input_type_py_to_pulumi_names(source)
    parameters = inspect.signature(source.__init__).parameters.values()  # type: ignore[misc]
    return frozenset(
        names[each.name]
        for each in parameters
        if each.name in names and each.default is inspect.Parameter.empty
    )
