"""Flags of a step, read so that a wrong one is told in one line."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from ml.failures import StepError
from ml.spec import ModelSpec, load_model

MODELS = Path("models")


class StepParser(argparse.ArgumentParser):
    """The parser of one step; abbreviations are refused: they break when flags are added."""

    def __init__(self, step: str, description: str | None) -> None:
        super().__init__(prog=f"python -m ml {step}", description=description, allow_abbrev=False)
        self.add_argument("--model", required=True, help="folder under models/")

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where the flags are explained."""
        raise StepError(f"{message}; see {self.prog} --help", exit_code=2)

    def read(self, argv: Sequence[str]) -> argparse.Namespace:
        """The parsed flags."""
        return self.parse_args(argv)


def spec_of(flags: argparse.Namespace) -> ModelSpec:
    """The spec of the model that --model names."""
    return load_model(MODELS / flags.model)
