"""The models of an update: those of the checkout, all or none, or those that are deployed."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pulumi
from pydantic import ValidationError

from infra.names import AS_DEPLOYED
from ml.spec import ModelSpec, SpecError, load_models


def models_to_deploy(root: Path) -> dict[str, ModelSpec]:
    """The folders of the checkout, or what was made of them when they were deployed last.

    A rollback asks for the latter: nothing that has come into a folder since stops the way back.
    """
    file = os.environ.get(AS_DEPLOYED)
    if not file:
        return read_models(root)
    try:
        return specs_of(json.loads(Path(file).read_text()), root)
    except ValidationError:
        # Deployed by a platform whose specs were others: the folders are all there is.
        return read_models(root)


def texts_of(models: Mapping[str, ModelSpec]) -> dict[str, str]:
    """The specs as the stack keeps them: as text, because the engine takes integers for floats."""
    return {name: spec.model_dump_json(exclude={"folder"}) for name, spec in models.items()}


def specs_of(texts: Mapping[str, str], root: Path) -> dict[str, ModelSpec]:
    """The specs that `texts_of` was given."""
    return {
        name: ModelSpec.model_validate({**json.loads(text), "folder": root / name})
        for name, text in sorted(texts.items())
    }


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
