"""How files write days and instants."""

ISO, EPOCH_SECONDS, EPOCH_MILLISECONDS = "iso", "epoch seconds", "epoch milliseconds"
EPOCHS = {EPOCH_SECONDS: 1, EPOCH_MILLISECONDS: 1000}
_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M %p")
_DAYS = (
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%Y/%m/%d",
    "%d-%m-%Y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d %B %Y",
    "%B %d, %Y",
    "%d-%b-%Y",
    "%d.%m.%y",
    "%m/%d/%y",
    "%d/%m/%y",
    "%d-%b-%y",
    "%Y%m%d%H%M%S",
)
FORMATS = tuple(f"{day}{clock}" for day in _DAYS for clock in _CLOCKS)
SHOWN = (ISO, *EPOCHS, *_DAYS[:3])
"""For messages."""


def is_format(form: str) -> bool:
    """Whether days can be read by it: one of these, or another pattern of `strptime`."""
    if form in (ISO, *EPOCHS, *FORMATS):
        return True
    # Imported here: only a pattern of the user's own needs the database to say what it takes.
    import duckdb

    try:
        duckdb.execute("SELECT try_strptime('', ?)", [form])
    except duckdb.Error:
        return False
    return "%" in form
