"""The flight_delay pipeline: boosted trees over numbers and target-encoded categories.

Native categorical splits would score the same, but their ONNX export converts without an error
and predicts wrongly; target encoding exports exactly (docs: why ONNX is measured, not trusted).
"""

from collections.abc import Mapping

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import TargetEncoder


def build(
    columns: Mapping[str, str],
    seed: int,
    learning_rate: float = 0.1,
    max_iter: int = 100,
    max_leaf_nodes: int = 31,
    min_samples_leaf: int = 20,
) -> Pipeline:
    """An unfitted pipeline over float32 numbers and text."""
    text = [name for name, kind in columns.items() if kind == "text"]
    numbers = [name for name, kind in columns.items() if kind == "number"]
    # The encoder sees each training row's category through folds that leave the row out.
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=seed)
    encode = ColumnTransformer(
        [
            ("text", TargetEncoder(target_type="binary", cv=folds), text),
            ("numbers", "passthrough", numbers),
        ]
    )
    classifier = HistGradientBoostingClassifier(
        learning_rate=learning_rate,
        max_iter=max_iter,
        max_leaf_nodes=max_leaf_nodes,
        min_samples_leaf=min_samples_leaf,
        # A random inner validation split would mix days; the number of trees is fixed instead.
        early_stopping=False,
        random_state=seed,
    )
    return Pipeline([("encode", encode), ("classify", classifier)])
