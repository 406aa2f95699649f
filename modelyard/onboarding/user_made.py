"""How the rows of a user-made model come back out of the dataset store, as batches that land."""

from collections.abc import Iterator
from pathlib import Path

from modelyard.errors import UsageError, YardError
from modelyard.onboarding.batches import batches, rows_by_part
from modelyard.onboarding.making import reading
from modelyard.onboarding.parts import parts_of_text
from modelyard.onboarding.progress import Report
from modelyard.onboarding.source import Source, load_source
from modelyard.onboarding.store import DatasetStore


def batches_of(
    root: Path,
    model: str,
    *,
    file: Path | None = None,
    parts: str = "",
    report: Report = lambda message: None,
) -> Iterator[tuple[str, bytes]]:
    """Batches of the file a model was made from, or of another one of its shape.

    `parts` names months or weeks (2024-01), with a colon a range of them (2024-01:2024-04);
    empty means all. Raises UsageError where the model was not made from a file, and where the
    file has none of the rows that a range names.
    """
    source = source_of(root, model)
    wanted = parts_of_text(source, parts)
    store = DatasetStore.of(root)
    kept = store.keep(file) if file is not None else None
    digest = kept.sha256 if kept else source.file.sha256
    called = file.name if file is not None else source.file.name
    place = kept.path if kept else store.find(digest)
    try:
        with reading(store, report) as database:
            yield from batches(
                source, place, database, called=called, sha256=digest, wanted=wanted
            )
    except YardError:
        # Refused before its first batch: it may be anything, and hold anything.
        if kept is not None:
            store.forget(kept)
        raise


def parts_of(root: Path, model: str, *, report: Report = lambda message: None) -> dict[str, int]:
    """Rows of each month or week of the file that a model with time was made from, in order."""
    source = source_of(root, model)
    store = DatasetStore.of(root)
    kept = store.find(source.file.sha256)
    with reading(store, report) as database:
        return rows_by_part(source, kept, database, called=source.file.name)


def source_of(root: Path, model: str) -> Source:
    """The source of a user-made model; raises UsageError for another."""
    source = load_source(root / "models" / model)
    if source is None:
        raise UsageError(
            f"{model} was not made from a file (models/{model}/source.yaml is missing).",
            remedy="modelyard data land MODEL --table TABLE --file FILE.csv",
        )
    return source
