"""Chromium as the report's reader: headless, on its own profile, reaching nothing but the page."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

PACKAGES = "apt-get install chromium chromium-driver"
DRIVER = shutil.which("chromedriver")
BROWSER = shutil.which("chromium")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def missing() -> str:
    """What is not on this machine and what installs it; empty if nothing is missing."""
    found = {"chromium": BROWSER, "chromedriver": DRIVER}
    names = [name for name, path in found.items() if path is None]
    return f"{' and '.join(names)} not found; on Debian: {PACKAGES}" if names else ""


@contextmanager
def browser(profile: Path) -> Iterator[Chrome]:
    """A fresh browser; both paths are given, so nothing is looked for on the network."""
    options = ChromeOptions()
    options.binary_location = BROWSER or ""
    for each in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def look(driver: Chrome, page: Path, *, width: int, scheme: str) -> None:
    """Show the page at this width, in light or dark, drawn anew."""
    driver.get_log("browser")
    # Not the window's size: windows have a smallest width of their own.
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    driver.get(page.as_uri())
