"""The model folders of the checkout, all of them or none."""

from __future__ import annotations

from pathlib import Path

import pulumi

from ml.spec import ModelSpec, SpecError, load_models


def read_models(root: Path) -> dict[str, ModelSpec]:
    """Every model's spec; a folder with a mistake stops the program before anything is planned.

    Left out instead, its endpoint would be removed as if the folder were gone.
    """
    try:
        return load_models(root)
    except SpecError as error:
        raise pulumi.RunError(
            f"{root} cannot be read, so nothing was changed, of no model: {error}\n"
            "mend it (modelyard model check) or set the edit aside (git stash push -u models), "
            "then give the same command again"
        ) from None
