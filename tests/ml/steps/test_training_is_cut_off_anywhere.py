"""Killed after any write, a training run comes to the same model, and to one version or none."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient

from ml.deployment.package import MANIFEST, SIGNATURE
from ml.deployment.registry import Registry
from ml.deployment.signing import PublicKeys
from ml.deployment.store import Folder, fetch_package
from ml.failures import StepError
from ml.steps import evaluate, gate, refit, train
from ml.steps.run_folder import FITTED
from tests.ml.conftest import Account
from tests.ml.steps.diabetes_run import Run
from tests.recovery import Recovery

pytestmark = pytest.mark.slow

WRITES = {"PutObject", "CreateModelPackage", "UpdateModelPackage"}


class Killed(BaseException):
    """Stands for kill -9: nothing that catches exceptions sees it."""


@dataclass
class Killer:
    """Ends a step right after each of its writes, at each attempt after a later one."""

    at: tuple[str, ...] = ("",)
    """How the names of the writes end that matter; all by default."""
    after: list[str] = field(default_factory=list)
    """The writes that a step did not survive, in their order."""

    def lie_in_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Stand behind every call to the account."""
        call = BaseClient._make_api_call  # type: ignore[attr-defined]

        def calling(client: Any, name: str, arguments: dict[str, Any]) -> Any:
            answer = call(client, name, arguments)
            what = f"{name} {arguments.get('Key', '')}"
            if name in WRITES and what not in self.after and what.endswith(self.at):
                self.after.append(what)
                raise Killed(what)
            return answer

        monkeypatch.setattr(BaseClient, "_make_api_call", calling)

    def insist(self, step: Callable[[], object], meanwhile: Callable[[], None]) -> int:
        """Start a step again until it ends; `meanwhile` looks at what each attempt left."""
        before = len(self.after)
        while True:
            try:
                step()
            except Killed:
                meanwhile()
            else:
                return len(self.after) - before


def test_training_killed_after_each_write_gives_the_same_model(
    account: Account, monkeypatch: pytest.MonkeyPatch, recovery: Recovery
) -> None:
    whole, cut = Run(account, "whole"), Run(account, "cut")
    train.run(whole.flags)
    killer = Killer()
    killer.lie_in_wait(monkeypatch)
    assert killer.insist(lambda: train.run(cut.flags), lambda: None) == 2
    with recovery.within(30, "training killed at each of its 2 writes, run once more"):
        train.run(cut.flags)
    assert cut.json(FITTED) == whole.json(FITTED)


def test_packaging_and_registering_killed_half_way_give_one_whole_version(
    account: Account,
    group: Registry,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    recovery: Recovery,
) -> None:
    run = Run(account, "cut")
    train.run(run.flags)
    evaluate.run(run.flags)
    gate.run([*run.flags, "--champion", "none", "--signing-key", account.key_arn])
    refit.run(run.flags)
    keys = PublicKeys.from_kms(account.kms, [account.key_arn])

    def nothing_half_made() -> None:
        assert [version.number for version in group.versions()] == []
        if not any(MANIFEST in what for what in killer.after):
            with pytest.raises(StepError, match="does not exist"):
                run.register()

    def one_version() -> None:
        assert [version.number for version in group.versions()] == ["1"]

    # The first file of a package, the last but one and the last, and the version in the registry.
    killer = Killer(at=("card.md", SIGNATURE, MANIFEST, "CreateModelPackage "))
    killer.lie_in_wait(monkeypatch)
    assert killer.insist(run.package, nothing_half_made) == 3
    assert killer.insist(run.register, one_version) == 1
    with recovery.within(30, f"packaging killed at {len(killer.after)} writes, run once more"):
        run.package()
        run.register()
    one_version()
    version = group.get("1")
    opened = fetch_package(
        Folder.at(account.s3, run.uri),
        tmp_path,
        keys,
        digest=version.registration.package_digest,
        model="diabetes",
        environment="prod",
    )
    assert opened.read("model.skops")
