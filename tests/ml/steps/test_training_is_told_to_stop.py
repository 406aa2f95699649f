"""A training step that is told to stop ends as stopped, and begins anew when it is run again."""

from __future__ import annotations

import signal

import pytest

from ml.failures import StepError
from ml.steps import evaluate, train
from ml.steps.run_folder import FITTED, MODEL
from tests.ml.conftest import Account
from tests.ml.ended_at import Moment, ended_at
from tests.ml.serving.fault_proxy import FaultProxy
from tests.ml.steps.diabetes_run import Run
from tests.ml.steps.step_process import finished, step_process
from tests.recovery import Recovery

pytestmark = pytest.mark.process


def test_told_to_stop_around_its_first_write_and_run_again_it_fits_the_same_model(
    reached: Account, endpoint: str, recovery: Recovery
) -> None:
    whole, stopped = Run(reached, "whole"), Run(reached, "stopped")
    train.run(whole.flags)
    given = stopped.names()
    with FaultProxy(endpoint).running() as proxy:

        def stop(moment: Moment) -> set[str]:
            """What the step leaves that is stopped then."""
            code, said = ended_at(
                proxy,
                moment,
                ("PUT", MODEL),
                lambda: step_process("train", *stopped.flags, AWS_ENDPOINT_URL=proxy.url),
                # As SageMaker and Kubernetes stop a container, a while before they kill it.
                signal.SIGTERM,
            )
            # By a handler of its own: without one, the first process of a container hears nothing.
            assert code == 128 + signal.SIGTERM
            assert said == "ml train: told to stop before the end; run it again\n"
            return stopped.names() - given

        assert stop("before") == set()
        assert stop("after") == {MODEL}
    assert stopped.content(MODEL) == whole.content(MODEL)
    with pytest.raises(StepError, match=f"{FITTED} does not exist; run the step `train`"):
        evaluate.run(stopped.flags)
    with recovery.within(60, "training told to stop, run once more"):
        code, said = finished(step_process("train", *stopped.flags))
        assert code == 0, said
    assert stopped.json(FITTED) == whole.json(FITTED)
