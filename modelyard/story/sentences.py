"""What stages found, in sentences: what stands where, and what an answer came from."""

from collections.abc import Mapping
from typing import Any

from modelyard.storage import bare

DIGITS = 12


def standing(answers: Mapping[str, Mapping[str, str]]) -> str:
    """Say of every model once what answers where: model → environment → version, or none yet."""
    parts = [
        f"{model}: {_where(found)}" for model, found in answers.items() if any(found.values())
    ]
    without = [model for model, found in answers.items() if not any(found.values())]
    if without:
        parts.append(f"no version yet of {', '.join(without)}")
    return "; ".join(parts)


def origin(found: Mapping[str, Any]) -> str:
    """Say what `trace` found of an answer."""
    tables = [f"{each['name']} version {each['version']}" for each in found["tables"]]
    parts = [
        f"version {found['version']}",
        f"run {found['run']}",
        f"commit {found['git_sha'][:DIGITS]}",
        f"image {bare(found['image_digest'])[:DIGITS]}",
        *tables,
    ]
    return ", ".join(parts)


def _where(found: Mapping[str, str]) -> str:
    places: dict[str, list[str]] = {}
    for environment, version in found.items():
        places.setdefault(version, []).append(environment)
    return ", ".join(
        f"{f'version {version}' if version else 'none'} in {' and '.join(names)}"
        for version, names in places.items()
    )
