"""An operations table whose clock stands where a test wants it."""

from modelyard.delivery.operations import Operations, Record
from modelyard.place import Place


class OperationsAt(Operations):
    """Answers as the table would at this second; a test may move `now` on."""

    def __init__(self, place: Place, now: float) -> None:
        super().__init__(place.client("dynamodb"), place.platform.operations_table)
        self.now = now

    def read_at(self, id: str) -> tuple[Record | None, float]:
        """What is stored, and the second that was set."""
        return super().read_at(id)[0], self.now
