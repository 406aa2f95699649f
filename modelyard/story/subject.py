"""What a story is told of: the stages are the same, the data and what they show are not."""

from collections.abc import Callable
from typing import Literal, Protocol

from modelyard.place import Place
from modelyard.story.replay import Replay

Report = Callable[[str], None]
Life = Literal["weeks", "slices", "untold"]


class Subject(Protocol):
    """A model with its data; each `land` does what is left of it, each question asks the world."""

    @property
    def model(self) -> str:
        """The model's folder."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables its rows land in, the one with a row per prediction first."""

    @property
    def titles(self) -> dict[str, str]:
        """Stage → heading, of the stages that are about its data."""

    @property
    def life(self) -> Life:
        """How its life in production is told; see `life.py` and `slices.py`."""

    @property
    def weeks(self) -> int:
        """How many weeks are lived at most, where its life is told by weeks."""

    @property
    def words(self) -> dict[str, str]:
        """Word → signal of a week's or slice's figures that are told of its life."""

    def replay(self, place: Place, report: Report) -> Replay:
        """Return what it lives through where its life is told by weeks."""

    def require_ready(self) -> None:
        """Refuse what cannot be told, before anything is brought up."""

    def landed(self, place: Place) -> bool:
        """Say whether the rows of the first version are curated."""

    def land(self, place: Place, report: Report) -> None:
        """Land and ingest the rows of the first version."""

    def caught(self, place: Place) -> bool:
        """Say whether bad rows and files that are there to be caught were caught."""

    def land_and_catch(self, place: Place, report: Report) -> None:
        """Land the rows of the first version, and what is there to be caught."""

    def told(self, place: Place) -> str:
        """Say what became of the rows that landed."""

    def more_landed(self, place: Place) -> bool:
        """Say whether the rows of the second version are curated too."""

    def land_more(self, place: Place, report: Report) -> None:
        """Land and ingest the rows that the second version has more than the first."""
