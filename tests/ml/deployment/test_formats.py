"""A model file can hold a model and nothing else, and equal models are equal bytes."""

import functools
import io
import os
import pickle
import zipfile
from pathlib import Path

import joblib  # type: ignore[import-untyped]
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from ml.deployment.formats import ALLOWED_TYPES, FormatError, dump_model, load_model


def fitted() -> HistGradientBoostingRegressor:
    generator = np.random.default_rng(0)
    return HistGradientBoostingRegressor(max_iter=5, random_state=0).fit(
        generator.normal(size=(200, 3)), generator.normal(size=200)
    )


def test_a_model_comes_back_bit_for_bit() -> None:
    model, rows = fitted(), np.random.default_rng(1).normal(size=(50, 3))
    assert np.array_equal(load_model(dump_model(model)).predict(rows), model.predict(rows))


def test_equal_models_are_equal_bytes() -> None:
    kept = [fitted() for _ in range(3)]  # other addresses in memory
    assert len({dump_model(model) for model in kept}) == 1


class Payload:
    """Touches a file when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mknod, (str(self.marker),)


def test_pickles_in_any_clothing_are_never_read(tmp_path: Path) -> None:
    marker, buffer = tmp_path / "marker", io.BytesIO()
    joblib.dump(Payload(marker), buffer)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as inside:
        inside.writestr("schema.json", pickle.dumps(Payload(marker)))
        inside.writestr("1.npy", pickle.dumps(Payload(marker)))
    for content in (pickle.dumps(Payload(marker)), buffer.getvalue(), archive.getvalue()):
        with pytest.raises(FormatError):
            load_model(content)
    assert not marker.exists()


def test_an_object_array_is_not_unpickled(tmp_path: Path) -> None:
    marker, array = tmp_path / "marker", io.BytesIO()
    np.save(array, np.array([Payload(marker)], dtype=object), allow_pickle=True)
    content = dump_model(fitted())
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as target:
        for name, data in members.items():
            target.writestr(name, array.getvalue() if name.endswith(".npy") else data)
    assert any(name.endswith(".npy") for name in members)
    with pytest.raises(FormatError):
        load_model(changed.getvalue())
    assert not marker.exists()


@pytest.mark.parametrize("harmful", [functools.partial(os.system, "true"), os.system])
def test_functions_that_call_anything_are_refused_on_the_way_in_and_out(harmful: object) -> None:
    pipeline = make_pipeline(FunctionTransformer(harmful))
    with pytest.raises(FormatError, match="types that are not allowed"):
        dump_model(pipeline)
    with pytest.raises(FormatError, match="types that are not allowed"):
        load_model(skops.io.dumps(pipeline))


def test_partial_is_not_on_the_list_and_never_may_be() -> None:
    assert not any("partial" in name or "function" in name.lower() for name in ALLOWED_TYPES)


def archive(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, data in members.items():
            target.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "schema.json/..", "model.pkl", "a.npy", "x"])
def test_unexpected_members_are_refused(name: str) -> None:
    with pytest.raises(FormatError, match="unexpected member"):
        load_model(archive(**{"schema.json": b"{}", name: b""}))


def test_an_archive_that_would_grow_is_refused_before_it_is_unpacked() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("schema.json", b"0" * 50_000_000)
    assert len(buffer.getvalue()) < 100_000
    with pytest.raises(FormatError, match=r"member schema.json is compressed"):
        load_model(buffer.getvalue())


def test_members_that_overlap_are_refused() -> None:
    content = bytearray(archive(**{"1.npy": b"x" * 1000, "2.npy": b"x" * 1000}))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as source:
        start = source.start_dir
    entry = bytes(content[start:])
    size = (1000).to_bytes(4, "little")
    content[start:] = entry.replace(size, (100_000).to_bytes(4, "little"))
    with pytest.raises(FormatError, match="claim more bytes"):
        load_model(bytes(content))


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml.deployment.formats.MOST_MEMBERS", 2)
    with pytest.raises(FormatError, match="3 members; at most 2"):
        load_model(archive(**{"1.npy": b"", "2.npy": b"", "schema.json": b"{}"}))


def test_too_large_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ml.deployment.formats.LARGEST_MODEL", 10)
    with pytest.raises(FormatError, match="at most 10 allowed"):
        load_model(archive(**{"schema.json": b"{}"}))


def test_damaged_files_are_told_in_words() -> None:
    content = dump_model(fitted())
    for damaged in (content[: len(content) // 2], b"PK\x03\x04", b""):
        with pytest.raises(FormatError):
            load_model(damaged)
