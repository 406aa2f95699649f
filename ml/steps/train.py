"""Step `train`: fit the model on the training table."""

from __future__ import annotations

from collections.abc import Sequence

from ml.canonical import digest_of
from ml.deployment.formats import dump_model
from ml.development.search import search
from ml.development.train import last_label_day, load_build, train
from ml.governance.lineage import library_versions
from ml.steps.arguments import spec_of
from ml.steps.run_folder import FITTED, HOLDOUT, MODEL, TRAINING, folder_of, run_parser
from ml.steps.telling import tell


def run(argv: Sequence[str]) -> int:
    """Read the training table, fit, write the model and what it takes to repeat the fit."""
    parser = run_parser("train", __doc__)
    parser.add_argument(
        "--search", action="store_true", help="try estimator.search first and use the best"
    )
    flags = parser.read(argv)
    spec, folder = spec_of(flags), folder_of(flags)
    rows = folder.read_frame(TRAINING)
    build = load_build(spec.folder, spec.estimator.function)
    trials = search(rows, build, spec) if flags.search else ()
    model = train(
        rows,
        build,
        columns=spec.features.columns,
        label="label",
        task=spec.estimator.task,
        seed=spec.estimator.seed,
        parameters=trials[0].parameters if trials else spec.estimator.parameters,
    )
    content = dump_model(model.pipeline)
    folder.write(MODEL, content)
    folder.write_json(
        FITTED,
        {
            "task": model.task,
            # Pairs, not a mapping: JSON objects have no order, a model's inputs do.
            "columns": list(model.columns.items()),
            "seed": model.seed,
            "parameters": model.parameters,
            "rows": model.rows,
            "positive_rate": model.positive_rate,
            "classes": list(model.classes),
            "last_label_day": last_label_day(rows),
            "model_digest": digest_of(content),
            "training_sha256": digest_of(folder.read(TRAINING)),
            "holdout_sha256": digest_of(folder.read(HOLDOUT)),
            "libraries": library_versions(),
            "trials": [trial.as_json() for trial in trials],
        },
    )
    tell(
        f"{spec.name}: fitted on {model.rows} of {len(rows)} rows, seed {model.seed}, "
        f"{len(content):,} bytes",
        {"step": "train", "rows": model.rows, "model_digest": digest_of(content)},
    )
    return 0
