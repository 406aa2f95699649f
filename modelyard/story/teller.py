"""What all stages of the story share: the environments, the people, the traffic, the book."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from modelyard import checkout
from modelyard.live.champion import champion
from modelyard.live.endpoint import endpoint
from modelyard.live.example import inputs_of, rows_of, single_requests
from modelyard.place import Place
from modelyard.story.book import Book
from modelyard.story.packed import carried
from modelyard.story.subject import Subject
from modelyard.story.traffic import Traffic
from modelyard.target import Target, Yard

TRAFFIC_ROWS = 500


@dataclass(kw_only=True)
class Teller:
    """Tells the story in one checkout; Ada works, Grace approves."""

    root: Path
    report: Callable[[str], None]
    book: Book
    subject: Subject
    """What the story is told of."""
    traffic: Traffic = field(init=False)
    yard: Yard = field(init=False)
    """The sandbox; the story is never told on AWS."""

    def __post_init__(self) -> None:
        self.forget()
        self.traffic = Traffic(self._requests)

    @classmethod
    def here(cls, subject: Subject, report: Callable[[str], None]) -> "Teller":
        """Return the teller of the checkout that the command runs in."""
        book = Book(checkout.state_folder() / "story.json", subject.model)
        return cls(root=checkout.root(), report=report, book=book, subject=subject)

    @property
    def model(self) -> str:
        """The model whose story it is."""
        return self.subject.model

    def release(self) -> dict[str, Any]:
        """The release that carries the model through its stages."""
        return carried(self.yard, self.model)

    def place(self, name: str) -> Place:
        """An environment as Ada sees it."""
        return self.yard.place(name)

    def grace(self, name: str) -> Place:
        """An environment as Grace sees it, who approves what Ada made."""
        return self.place(name).as_role("grace")

    def forget(self) -> None:
        """Read every environment anew: its stacks have changed."""
        self.yard = Yard(root=self.root, target=Target.SANDBOX)

    def _requests(self) -> tuple[str, Sequence[bytes]]:
        place = self.place("prod")
        live = champion(place, self.model)
        frame: Any = rows_of(place, self.model, live.run, count=TRAFFIC_ROWS)
        address = endpoint(place, self.model).address
        return (
            f"{address}/v2/models/{self.model}/infer",
            single_requests(inputs_of(place, live.line["package"]), frame),
        )
