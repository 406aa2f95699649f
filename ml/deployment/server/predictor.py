"""What the server needs to know of a model: named columns in, named columns out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]
Values = list[Any]
"""One column of a request in plain Python: what JSON, capture and batching all share."""


@dataclass(frozen=True, kw_only=True)
class Datatype:
    """How one V2 datatype is held in memory, and the numbers it can hold."""

    dtype: np.dtype[Any]
    lowest: float | int | None = None
    highest: float | int | None = None


def _integer(name: str) -> Datatype:
    limits = np.iinfo(name)
    return Datatype(dtype=np.dtype(name), lowest=int(limits.min), highest=int(limits.max))


def _float(name: str) -> Datatype:
    limits = np.finfo(name)
    return Datatype(dtype=np.dtype(name), lowest=float(limits.min), highest=float(limits.max))


DATATYPES: Mapping[str, Datatype] = {
    "BOOL": Datatype(dtype=np.dtype(np.bool_)),
    **{f"INT{bits}": _integer(f"int{bits}") for bits in (8, 16, 32, 64)},
    **{f"UINT{bits}": _integer(f"uint{bits}") for bits in (8, 16, 32, 64)},
    **{f"FP{bits}": _float(f"float{bits}") for bits in (32, 64)},
    "BYTES": Datatype(dtype=np.dtype(object)),
}


@dataclass(frozen=True, kw_only=True)
class Field:
    """One named column of a model's input or output."""

    name: str
    datatype: str
    nullable: bool = False
    """Whether a row may lack the value: NaN for numbers, None for texts."""
    width: int | None = None
    """Of an output with several numbers a row: how many; a row's values are a list then."""

    def __post_init__(self) -> None:
        if self.datatype not in DATATYPES:
            allowed = ", ".join(DATATYPES)
            raise ValueError(f"field {self.name}: datatype {self.datatype} is none of {allowed}")

    @property
    def is_float(self) -> bool:
        """Whether the column can hold NaN."""
        return self.datatype.startswith("FP")


class Predictor(Protocol):
    """A verified model, ready to answer; columns are of equal length, and one-dimensional but
    for outputs with a width.
    """

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The columns a request must bring."""

    @property
    def outputs(self) -> tuple[Field, ...]:
        """The columns an answer has."""

    @property
    def classes(self) -> tuple[str, ...]:
        """What the numbers of a wide output stand for, in order; empty for other models."""

    def predict(self, columns: Mapping[str, Column]) -> Mapping[str, Column]:
        """Answer every row; called from one thread at a time."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """The one model version this process serves, as its package names it."""

    model: str
    version: str
    digest: str
    predictor: Predictor
    task: str = ""
    """What its outcomes are; empty where it is not known, and any is taken."""
