"""Words inside a text of SQL: what a file or a person wrote is never part of the query."""

from collections.abc import Iterable


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: Iterable[str]) -> str:
    """Texts as a list in SQL, without its brackets."""
    return ", ".join(map(literal, texts))
