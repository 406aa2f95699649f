"""`estimator.py` of a plan: a linear model where rows are few, boosted trees elsewhere."""

from modelyard.onboarding.plan import Plan
from modelyard.onboarding.writing.spec_text import linear


def estimator_text(plan: Plan) -> str:
    """The whole file."""
    regression = plan.target.task == "regression"
    if not linear(plan):
        return _TREES.format(model=plan.model, kind="Regressor" if regression else "Classifier")
    if regression:
        fit, name = "Ridge(alpha=1 / strength, random_state=seed)", "Ridge"
    else:
        fit = "LogisticRegression(C=strength, max_iter=1000, random_state=seed)"
        name = "LogisticRegression"
    return _LINEAR.format(model=plan.model, module=name, fit=fit)


_LINEAR = '''\
"""The {model} pipeline: a linear model, because a few hundred rows carry no more than that."""

from collections.abc import Mapping

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import {module}
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def build(columns: Mapping[str, str], seed: int, strength: float = 1.0) -> Pipeline:
    """An unfitted pipeline; a missing number counts as the median, a new word as none."""
    text = [name for name, kind in columns.items() if kind == "text"]
    numbers = [name for name, kind in columns.items() if kind == "number"]
    scaled = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    words = OneHotEncoder(max_categories=20, handle_unknown="ignore")
    encode = ColumnTransformer([("text", words, text), ("numbers", scaled, numbers)])
    fit = {fit}
    return Pipeline([("encode", encode), ("fit", fit)])
'''

_TREES = '''\
"""The {model} pipeline: boosted trees over numbers and the most frequent categories."""

from collections.abc import Mapping

from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoosting{kind}
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder


def build(
    columns: Mapping[str, str],
    seed: int,
    learning_rate: float = 0.1,
    max_iter: int = 100,
    max_leaf_nodes: int = 31,
    min_samples_leaf: int = 20,
) -> Pipeline:
    """An unfitted pipeline; trees take missing numbers as they are, and a new word as rare."""
    text = [name for name, kind in columns.items() if kind == "text"]
    numbers = [name for name, kind in columns.items() if kind == "number"]
    words = OneHotEncoder(
        max_categories=40, handle_unknown="ignore", sparse_output=False
    )
    encode = ColumnTransformer([("text", words, text), ("numbers", "passthrough", numbers)])
    fit = HistGradientBoosting{kind}(
        learning_rate=learning_rate,
        max_iter=max_iter,
        max_leaf_nodes=max_leaf_nodes,
        min_samples_leaf=min_samples_leaf,
        # Nobody has tuned it for these rows, and an environment may learn from a share of them.
        early_stopping=True,
        random_state=seed,
    )
    return Pipeline([("encode", encode), ("fit", fit)])
'''
