"""Stages one and two: the sandbox runs, and three environments stand before any model exists."""

from collections.abc import Callable
from functools import partial
from typing import Any

from modelyard.bring_up import bring_up, describe, platform_up, releases_up, side_by_side
from modelyard.errors import RefusedError, YardError
from modelyard.laptop import enter, sandbox, start
from modelyard.live.endpoint import endpoint
from modelyard.live.releases import ReleaseLines
from modelyard.place import Place
from modelyard.stacks import UpResult
from modelyard.story.folders import Folders, edited, folders
from modelyard.story.lengths import how_to_go_on
from modelyard.story.packed import knows, outdated
from modelyard.story.sentences import standing
from modelyard.story.stage import Stage
from modelyard.story.teller import Teller

NOTHING_YET = 503


def stages(teller: Teller) -> list[Stage]:
    """Return the stages that need no model."""
    return [
        Stage(
            name="sandbox",
            title="Sandbox: AWS, three clusters, registry, delivery",
            is_true=lambda: _running(teller),
            make=lambda: _start(teller),
        ),
        Stage(
            name="environments",
            title="Environments: dev, staging and prod by the real engine",
            is_true=lambda: _standing(teller),
            make=lambda: _bring_up(teller),
        ),
    ]


def _running(teller: Teller) -> str | None:
    from sandbox import SandboxError

    try:
        found = sandbox(teller.root).status()
        enter(teller.root)
    except (SandboxError, YardError):
        return None
    if not found.running or not all(part.state == "ready" for part in found.parts):
        return None
    return f"{len(found.parts)} parts run, boot {found.boot_id}"


def _start(teller: Teller) -> dict[str, Any]:
    start(teller.root, teller.report)
    teller.forget()
    return {}


def _standing(teller: Teller) -> str | None:
    found: dict[str, dict[str, str]] = {}
    try:
        for name in teller.yard.names:
            place = teller.place(name)
            if not knows(place, teller.model):
                return None
            for model in place.releases.endpoints:
                health = endpoint(place, model).health()
                live = ReleaseLines.of(place).live(model)
                if health.status != NOTHING_YET and not health.ready:
                    return None
                found.setdefault(model, {})[name] = live["version"] if live else ""
    except YardError:
        return None
    except Exception as error:
        # The cluster's client has errors of its own for what is not there.
        teller.report(f"not standing yet: {type(error).__name__}")
        return None
    return standing(found) if found else None


def _bring_up(teller: Teller) -> dict[str, Any]:
    yard = teller.yard
    before = folders(teller.root)
    renew = outdated(yard, teller.model)
    first = bring_up(yard, yard.names, teller.report, renew_runtime=renew)
    again = _update_again(teller, before)
    _require_refusal(teller)
    seconds = {
        f"{each.environment}/{part.project}": round(part.seconds, 1)
        for each in first
        for part in (each.platform, each.releases)
    }
    return {"resources": again, "seconds": seconds, "second_update": "no changes"}


def _update_again(teller: Teller, before: Folders) -> dict[str, int]:
    """A second update must find nothing to do, if the model folders are as they were before."""
    found = {}
    for update in (platform_up, releases_up):
        results = side_by_side(teller.yard.names, partial(_update, teller, update))
        for done in results.values():
            if done.changed:
                raise _unstable(teller, before, done)
            found[f"{done.environment}/{done.project}"] = done.resources
    return found


def _unstable(teller: Teller, before: Folders, done: UpResult) -> RefusedError:
    """Say why a second update found something to do."""
    what = f"A second update of {done.environment}/{done.project} changed something"
    names = edited(before, folders(teller.root))
    if names:
        these = ", ".join(f"models/{name}" for name in names)
        return RefusedError(
            f"{what}, because model folders were edited meanwhile: {these}.",
            remedy="the same command again: "
            f"{how_to_go_on(teller.model, weeks=teller.subject.weeks)}",
        )
    return RefusedError(
        f"{what}: {describe(done)}.",
        remedy="no model folder was edited in between: a program or provider is not stable",
    )


def _update(
    teller: Teller, update: Callable[[Place, Callable[[str], None]], UpResult], name: str
) -> UpResult:
    return update(teller.place(name), teller.report)


def _require_refusal(teller: Teller) -> None:
    """Before any version is released, the endpoint must say so and not fail in some other way."""
    for name in teller.yard.names:
        place = teller.place(name)
        for model in place.releases.endpoints:
            if ReleaseLines.of(place).live(model):
                continue
            health = endpoint(place, model).health()
            if health.status != NOTHING_YET or "no version released yet" not in health.detail:
                raise RefusedError(
                    f'{name}/{model} should answer 503 "no version released yet", but '
                    f"answered {health.status} {health.detail!r}."
                )
            teller.report(f"{name}: {model} answers {health.status} {health.detail!r}")
