"""`source.yaml` of a model folder: which file its rows came from, by digest, and how they land."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ml.spec_errors import SpecError, explain, read_mapping
from ml.spec_sections import Name
from modelyard.onboarding.kinds import Kind, Logical
from modelyard.onboarding.moments import SHOWN, is_format
from modelyard.onboarding.writing.yaml_text import dump, one_line

FILE = "source.yaml"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Origin(_Section):
    """The file, which is kept outside git."""

    name: str = Field(pattern=r"^[^/\x00]+$")
    """What people call it; never a path: it would lead out of the folder it is read in."""
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int
    rows: int


class SourceColumn(_Section):
    """How one column of the file becomes one of the contract."""

    name: Name
    original: str
    type: Logical
    decimal: Literal[".", ","] = "."
    formats: tuple[str, ...] = ()
    """How days and instants are written; for the other types none."""
    missing: tuple[str, ...] = ()
    """What this column writes for "no value" beside the usual spellings, in any case."""
    fold_case: bool = False
    """Whether a text lands in small letters: Yes and YES are yes."""
    unit: str = ""
    """What stands before or behind its numbers; those in another unit are quarantined."""

    @model_validator(mode="after")
    def _reads_days_by_formats(self) -> Self:
        moment = self.type in ("date", "timestamp")
        if moment != bool(self.formats):
            needed = "needs one, for instance iso" if moment else "has none"
            raise ValueError(f"formats: a {self.type} {needed}")
        unknown = [form for form in self.formats if not is_format(form)]
        if unknown:
            raise ValueError(f"formats: {unknown[0]!r} does not read days: {', '.join(SHOWN)}, …")
        return self

    @model_validator(mode="after")
    def _has_units_of_numbers_and_letters_of_texts(self) -> Self:
        if self.unit and self.type != "number":
            raise ValueError(f"unit: {self.type} has none, only number")
        if self.fold_case and self.type != "string":
            raise ValueError(f"fold_case: {self.type} has no letters, only string")
        return self

    @classmethod
    def of(cls, *, name: str, original: str, kind: Kind) -> Self:
        """The column of a file, by how its texts are read."""
        return cls(
            name=name,
            original=original,
            type=kind.logical,
            decimal=kind.decimal,
            formats=kind.formats,
            missing=kind.missing,
            fold_case=kind.fold_case,
            unit=kind.unit,
        )

    @property
    def kind(self) -> Kind:
        """How its texts are read."""
        return Kind(
            logical=self.type,
            decimal=self.decimal,
            formats=self.formats,
            missing=self.missing,
            fold_case=self.fold_case,
            unit=self.unit,
        )


class Source(_Section):
    """How files of this shape become batches in the landing zone."""

    file: Origin
    encoding: str | None = None
    """As it was given; none finds it out."""
    delimiter: str | None = None
    table: Name
    row_key: Name | None = None
    """Where rows have no key of their own: the column that names them."""
    row_key_of: Literal["number", "content"] = "number"
    """What that column is made of. By its content a copy repeats a key, also in a later file; by
    its number it is a row like any other, as it has to be where equal rows are chance."""
    time: Name | None = None
    """The column by whose months or weeks the rows land."""
    parts: Literal["month", "week", "whole"] = "whole"
    columns: tuple[SourceColumn, ...] = Field(min_length=1)


def load_source(folder: Path) -> Source | None:
    """The source of a user-made model; none for a folder written by hand."""
    shown = f"{folder.parent.name}/{folder.name}/{FILE}"
    if not (folder / FILE).is_file():
        return None
    try:
        return Source.model_validate(read_mapping(folder / FILE, shown))
    except ValidationError as error:
        lines = explain(shown, "", Source, error)
        raise SpecError([line.replace(": .", ": ", 1) for line in lines]) from None


def user_made(models: Path) -> dict[str, Source]:
    """The model folders that were made from a file, and how their rows land."""
    found = {path.parent.name: load_source(path.parent) for path in models.glob(f"*/{FILE}")}
    return {name: source for name, source in sorted(found.items()) if source is not None}


def source_text(source: Source) -> str:
    """The file's content."""
    head = (
        "# Where the rows of this model come from. The file is in .modelyard/datasets, by its "
        "digest;\n# `modelyard data land` reads it with the rules below. Made by `modelyard model "
        "new`.\n"
    )
    content = source.model_dump(mode="json", exclude_defaults=True)
    columns = content.pop("columns")
    lines = [f"  - {one_line(each)}" for each in columns]
    return f"{head}{dump(content)}columns:\n{''.join(lines)}"
