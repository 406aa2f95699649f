"""Whoever writes a model while the environments come up is told so, and that it may go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from modelyard.errors import RefusedError
from modelyard.stacks import UpResult
from modelyard.story import ground
from modelyard.story.book import Book
from modelyard.story.folders import edited, folders
from modelyard.story.teller import Teller
from tests.modelyard.stand_ins import LandedFlights

ADDED = UpResult(
    environment="dev", project="releases", changes={"same": 455, "create": 480}, seconds=198.4
)
STANDS = UpResult(environment="dev", project="platform", changes={"same": 100}, seconds=3.0)


@pytest.fixture
def teller(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """Whose second update of the releases finds something to do."""
    monkeypatch.setattr(ground, "outdated", lambda yard, model: False)
    monkeypatch.setattr(ground, "platform_up", lambda place, report: STANDS)
    monkeypatch.setattr(ground, "releases_up", lambda place, report: ADDED)
    monkeypatch.setattr(Teller, "place", lambda self, name: name)
    book = Book(checkout / "story.json", "flight_delay")
    return Teller(root=checkout, report=lambda message: None, book=book, subject=LandedFlights())


def _brought_up(monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[], Any]) -> None:
    def bring_up(*_: object, **__: object) -> list[Any]:
        meanwhile()
        return []

    monkeypatch.setattr(ground, "bring_up", bring_up)


def _make(teller: Teller) -> RefusedError:
    stage = next(each for each in ground.stages(teller) if each.name == "environments")
    with pytest.raises(RefusedError) as refused:
        stage.make()
    return refused.value


def test_the_models_that_were_edited_are_named(
    teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        new = teller.root / "models" / "churn"
        new.mkdir()
        (new / "model.yaml").write_text("problem: {}\n")
        (teller.root / "models" / "diabetes" / "model.yaml").write_text("problem: {a: 1}\n")

    _brought_up(monkeypatch, write)
    refused = _make(teller)
    assert refused.message == (
        "A second update of dev/releases changed something, because model folders were edited "
        "meanwhile: models/churn, models/diabetes."
    )
    assert refused.remedy == "the same command again: make up"


def test_where_none_was_it_is_a_fault(teller: Teller, monkeypatch: pytest.MonkeyPatch) -> None:
    _brought_up(monkeypatch, lambda: None)
    refused = _make(teller)
    assert "935 resources (480 create), 198.4 s" in refused.message
    assert "is not stable" in refused.remedy


def test_a_folder_changes_with_its_files_only(checkout: Path) -> None:
    before = folders(checkout)
    assert list(before) == ["diabetes", "flight_delay"]
    cache = checkout / "models" / "diabetes" / "__pycache__"
    cache.mkdir()
    (cache / "features.cpython-311.pyc").write_bytes(b"made by Python")
    assert edited(before, folders(checkout)) == []
    spec = checkout / "models" / "diabetes" / "model.yaml"
    spec.rename(spec.with_name("spec.yaml"))
    assert edited(before, folders(checkout)) == ["diabetes"]
    spec.with_name("spec.yaml").unlink()
    cache.joinpath("features.cpython-311.pyc").unlink()
    cache.rmdir()
    spec.parent.rmdir()
    assert edited(before, folders(checkout)) == ["diabetes"]
