"""What a model folder must be before its story is told: in order, committed, its file at hand."""

from pathlib import Path
from shlex import quote

from ml.model_folder import folder_problems
from modelyard.errors import RefusedError
from modelyard.onboarding.source import Source
from modelyard.onboarding.store import DatasetStore
from modelyard.source import uncommitted


def require_ready(root: Path, model: str, source: Source) -> None:
    """Refuse with one sentence and the command that mends it."""
    folder = f"models/{model}"
    problems = folder_problems(root / folder)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise RefusedError(
            f"{folder} does not pass its checks: {problems[0]}{more}",
            remedy=f"modelyard model check {model}",
        )
    if changed := uncommitted(root, folder):
        raise RefusedError(
            f"A release is made from a commit, and {', '.join(changed[:3])}"
            f"{' …' if len(changed) > 3 else ''} {'is' if len(changed) == 1 else 'are'} in none.",
            remedy=f'git add {folder} && git commit -m "Add {model}"',
        )
    _require_file(root, source)


def _require_file(root: Path, source: Source) -> None:
    store = DatasetStore.of(root)
    try:
        store.find(source.file.sha256)
    except RefusedError as error:
        # A fresh clone has no folder for it yet.
        place = quote(str(store.folder / source.file.sha256))
        raise RefusedError(
            error.message,
            remedy=f"mkdir -p {quote(str(store.folder))} && cp {quote(source.file.name)} {place}",
        ) from error
