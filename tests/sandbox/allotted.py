"""What a sandbox was allotted."""

from sandbox import Layout
from tests.sandbox.conftest import ENVIRONMENTS


def bound(layout: Layout) -> set[object]:
    """Everything that the sandbox may listen on."""
    shares = [layout.environment(each.name) for each in ENVIRONMENTS]
    own = {value for share in shares for key, value in vars(share).items() if "_port" in key}
    ranges = {value for share in shares for key, value in vars(share).items() if "_range" in key}
    common = {value for key, value in vars(layout).items() if key.endswith("_port")}
    return own | ranges | common
