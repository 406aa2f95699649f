"""Model files on disk: skops with an explicit allow-list; pickle in any clothing is never read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import skops.io
from sklearn.base import BaseEstimator
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper
from skops.io.exceptions import UntrustedTypesFoundException

from ml.failures import StepError

ALLOWED_TYPES = (
    "numpy.dtype",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.model_selection._split.StratifiedKFold",
)
"""What a model may hold beyond what skops itself vouches for.

Each entry was read: constructing it runs no code of the file's choosing. `functools.partial`
would call anything, so it can never be here.
"""
LARGEST_MODEL = 512 * 1024 * 1024
MOST_MEMBERS = 20_000
_ZIP_MAGIC = b"PK\x03\x04"
_MEMBER = re.compile(r"schema\.json|[0-9]{1,20}\.np[yz]")
_STAMP = (1980, 1, 1, 0, 0, 0)


class FormatError(StepError):
    """A model file that is not opened; the text says which limit it breaks."""


def dump_model(pipeline: Any) -> bytes:
    """Write a fitted pipeline; equal pipelines give equal bytes."""
    for part in _parts(pipeline):
        if isinstance(part, _BinMapper):
            # How many threads sorted the training rows: the machine's, and nothing in the answers.
            part.n_threads = None
    content = _reproducible(skops.io.dumps(pipeline))
    _refuse_untrusted(content)
    return content


def load_model(content: bytes) -> Any:
    """Read a pipeline back, after the archive and every type in it have been checked."""
    _refuse_archive(content)
    _refuse_untrusted(content)
    try:
        return skops.io.loads(content, trusted=list(ALLOWED_TYPES))
    except UntrustedTypesFoundException as error:
        raise FormatError(f"model.skops: {error}") from None
    except Exception as error:  # skops passes on whatever a damaged file makes numpy raise
        raise FormatError(f"model.skops: not readable: {error}") from None


def _parts(value: Any) -> Iterator[BaseEstimator]:
    """An estimator and all those that it holds, however deep."""
    seen, left = set[int](), [value]
    while left:
        each = left.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, BaseEstimator):
            yield each
            left += vars(each).values()
        elif isinstance(each, dict):
            left += each.values()
        elif isinstance(each, list | tuple):
            left += each


def _refuse_untrusted(content: bytes) -> None:
    try:
        found = skops.io.get_untrusted_types(data=content)
    except Exception as error:
        raise FormatError(f"model.skops: not readable: {error}") from None
    if odd := sorted(set(found) - set(ALLOWED_TYPES)):
        raise FormatError(
            f"model.skops: types that are not allowed: {', '.join(odd)}; "
            f"allowed beyond scikit-learn's own: {', '.join(ALLOWED_TYPES)}"
        )


def _refuse_archive(content: bytes) -> None:
    """The bytes decide what a file is, not its name; sizes are checked before unpacking."""
    if not content.startswith(_ZIP_MAGIC):
        raise FormatError("model.skops: not a skops archive")
    if len(content) > LARGEST_MODEL:
        raise FormatError(f"model.skops: {len(content)} bytes; at most {LARGEST_MODEL} allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise FormatError(f"model.skops: not readable as an archive: {error}") from None
    if len(members) > MOST_MEMBERS:
        raise FormatError(f"model.skops: {len(members)} members; at most {MOST_MEMBERS} allowed")
    for member in members:
        if not _MEMBER.fullmatch(member.filename):
            raise FormatError(f"model.skops: unexpected member {member.filename!r}")
        # Ours are stored, not compressed: then nothing can grow when it is unpacked.
        if member.compress_type != zipfile.ZIP_STORED:
            raise FormatError(f"model.skops: member {member.filename} is compressed")
    if sum(member.file_size for member in members) > len(content):
        raise FormatError("model.skops: members claim more bytes than the archive has")


def _reproducible(content: bytes) -> bytes:
    """skops names objects by memory address and stamps members with the time; neither stays."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    schema = members.pop("schema.json").decode()
    numbers: dict[str, str] = {}
    for address in _addresses(schema):
        numbers.setdefault(address, str(len(numbers) + 1))
    schema = re.sub(r'("__id__": |"file": ")([0-9]+)', lambda m: m[1] + numbers[m[2]], schema)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        renamed = [
            (numbers[n.split(".")[0]] + "." + n.split(".")[1], c) for n, c in members.items()
        ]
        for name, data in [("schema.json", schema.encode()), *sorted(renamed)]:
            archive.writestr(zipfile.ZipInfo(name, _STAMP), data)
    return buffer.getvalue()


def _addresses(schema: str) -> Iterable[str]:
    return (match[1] for match in re.finditer(r'(?:"__id__": |"file": ")([0-9]+)', schema))
