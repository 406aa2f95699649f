"""The mirror is published whole, from a named version, or not at all."""

from pathlib import Path

import polars as pl
import pytest

from ml.data.ingest import ingest
from ml.data.lakehouse import Lakehouse
from ml.data.mirror import publish
from ml.data.store import Store
from ml.failures import StepError
from ml.spec import ModelSpec, load_model
from ml.spec_sections import Data, Redaction, TableRedaction
from tests.ml.data import trips
from tests.ml.data.conftest import KEY

CARELESS = Redaction(k=2, tables={"trips": TableRedaction()})
CAREFUL = Redaction(
    k=2,
    tables={"trips": TableRedaction(pseudonyms={"trip": "trip"}, quasi_identifiers=("kind",))},
)


def spec(redaction: Redaction) -> ModelSpec:
    data = Data(tables=("trips",), entity_key=("trip",), label="minutes", redaction=redaction)
    return load_model(Path("models/diabetes")).model_copy(update={"data": data})


class World:
    """A lake with trips in it, and a mirror."""

    def __init__(self, folder: Path) -> None:
        self.lake = Lakehouse(str(folder / "lake"))
        self.mirror = Lakehouse(str(folder / "mirror"))
        self.files = Store(self.lake.root)
        self.contract = trips.contract(folder)
        self.land("a.csv", [{}, {}, {}])

    def land(self, name: str, rows: list[dict[str, str | None]]) -> None:
        frame = trips.batch(*rows).with_columns(pl.col("trip") + name[0])
        self.files.put(f"landing/trips/{name}", frame.write_csv().encode())
        ingest(self.lake, self.files, self.contract, ("trips",))

    def publish(self, redaction: Redaction = CAREFUL, key: bytes = KEY) -> dict[str, object]:
        (line,) = publish(self.lake, self.mirror, spec(redaction), self.contract, key)
        return line


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_no_identifier_reaches_the_mirror(world: World) -> None:
    line = world.publish()
    mirrored = world.mirror.read("curated/trips").frame
    curated = world.lake.read("curated/trips").frame
    assert (line["state"], line["rows"], line["smallest_class"]) == ("published", 3, 3)
    assert mirrored.columns == [*trips.GOOD]
    assert not set(mirrored["trip"]) & set(curated["trip"])
    assert mirrored["left"].to_list() == curated["left"].to_list()


def test_an_unchanged_table_is_not_written_again(world: World) -> None:
    world.publish()
    assert world.publish()["state"] == "already published"
    assert world.mirror.version("curated/trips") == 0


def test_new_rows_another_rule_or_another_key_are_published(world: World) -> None:
    world.publish()
    world.land("b.csv", [{}])
    assert world.publish()["rows"] == 4
    stricter = CAREFUL.model_copy(update={"k": 3})
    assert world.publish(stricter)["state"] == "published"
    assert world.publish(stricter, KEY[::-1])["state"] == "published"


def test_a_refusal_publishes_nothing_and_keeps_what_was_there(world: World) -> None:
    world.publish()
    world.land("b.csv", [{"kind": "tram"}])
    with pytest.raises(StepError, match=r"trips: 1 of 4 rows .* nothing was published") as refused:
        world.publish()
    assert refused.value.exit_code == 5
    assert world.mirror.version("curated/trips") == 0


def test_a_restricted_column_is_never_published_by_oversight(world: World) -> None:
    with pytest.raises(StepError, match="neither pseudonymised nor dropped: trip"):
        world.publish(CARELESS)
    assert world.mirror.version("curated/trips") is None


def test_a_table_that_was_not_ingested_names_the_step(tmp_path: Path) -> None:
    empty = Lakehouse(str(tmp_path / "empty"))
    with pytest.raises(StepError, match="run the ingest step first"):
        publish(empty, empty, spec(CAREFUL), trips.contract(tmp_path), KEY)
