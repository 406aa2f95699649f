"""A world of three things that can be true, whose stages Ctrl-C can hit."""

from typing import Any

from modelyard.story.stage import Stage


class World:
    """Three things that can be true."""

    def __init__(self) -> None:
        self.true: set[str] = set()
        self.made: list[str] = []
        self.interrupt_at = ""
        self.seconds = 0.0
        """What a clock of this world shows: each attempt at a stage takes ten."""

    def stages(self) -> list[Stage]:
        return [self._stage(name) for name in ("one", "two", "three")]

    def _stage(self, name: str) -> Stage:
        def make() -> dict[str, Any]:
            self.made.append(name)
            self.seconds += 10
            if name == self.interrupt_at:
                self.interrupt_at = ""
                raise KeyboardInterrupt
            self.true.add(name)
            return {"attempts": self.made.count(name)}

        return Stage(
            name=name,
            title=f"Stage {name}",
            is_true=lambda: f"{name} holds" if name in self.true else None,
            make=make,
            figures=lambda: {"rows": {name: 7}},
        )
