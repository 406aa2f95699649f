"""The library that draws the charts, as one script: seconds to bundle, and always the same."""

import contextlib
from importlib.metadata import version
from typing import Any

from modelyard.whole_file import write_whole
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
        write_whole(kept, made)
    return made
