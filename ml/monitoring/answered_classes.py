"""What the chances of a multi-class model's answers stand for: its packages say.

Two versions may know other classes: then a column of one is not the column of the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ml.failures import StepError
from ml.monitoring.drift import PackageFacts
from ml.monitoring.signals import PACKAGE, SCORE


@dataclass(frozen=True, kw_only=True)
class AnsweredClasses:
    """The classes of the newest answers, and the packages that have the very same."""

    names: tuple[str, ...]
    packages: frozenset[str]

    def comparable(self, answers: pl.DataFrame) -> pl.DataFrame:
        """The same rows; the score of one that another package gave is unknown."""
        same = pl.col(PACKAGE).is_in(list(self.packages))
        return answers.with_columns(pl.when(same).then(pl.col(SCORE)).alias(SCORE))


def answered_classes(
    packages: Sequence[str], facts: Mapping[str, PackageFacts]
) -> AnsweredClasses:
    """Find them by the packages' digests, the newest first; raises StepError if all are gone."""
    known = [(each, facts[each].classes) for each in packages if each in facts]
    if not known:
        raise StepError(
            "of no answer is the package there any more, so nobody knows what its chances stand "
            "for; released packages must be kept"
        )
    names = known[0][1]
    return AnsweredClasses(
        names=names, packages=frozenset(each for each, classes in known if classes == names)
    )
