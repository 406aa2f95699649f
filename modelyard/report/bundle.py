"""The library that draws the charts, as one script: seconds to bundle, and always the same."""

import contextlib
import os
from importlib.metadata import version
from typing import Any

from tools.cache import root


def bundle() -> str:
    """Vega, Vega-Lite and their embedding, ready to stand in a page."""
    kept = root() / "charts" / f"bundle-{version('vl-convert-python')}.js"
    with contextlib.suppress(OSError):
        return kept.read_text(encoding="utf-8")
    import vl_convert

    bundled: Any = vl_convert.javascript_bundle
    made = str(bundled())
    # A home that cannot be written to costs the seconds again, and no report.
    with contextlib.suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(f".{os.getpid()}")
        draft.write_text(made, encoding="utf-8")
        draft.replace(kept)
    return made
