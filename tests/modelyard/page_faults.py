"""What can be wrong with a page of charts, asked of the browser that shows it."""

from selenium.webdriver import Chrome
from selenium.webdriver.support.wait import WebDriverWait

PATIENCE = 60
"""Seconds for drawing every chart, on a machine that has much else to do."""
_UNDRAWN = """return [...document.querySelectorAll("[data-chart]")]
    .filter(place => !place.querySelector("svg, canvas")).map(place => place.dataset.chart)"""
_MARKLESS = """return [...document.querySelectorAll("[data-chart]")]
    .filter(place => !place.querySelector(".role-mark path, .role-mark line, .role-mark rect"))
    .map(place => place.dataset.chart)"""
_CUT_OFF = """return [...document.querySelectorAll("[data-chart] svg text")].filter(text => {
    const box = text.getBoundingClientRect(), frame = text.closest("svg").getBoundingClientRect();
    const shown = getComputedStyle(text).opacity !== "0";
    return shown && box.width && (text.textContent.includes("…") || box.left < frame.left - 1
        || box.right > Math.min(frame.right, innerWidth) + 1);
}).map(text => text.textContent)"""
_BEYOND = """return [...document.querySelectorAll("main *, header *")].filter(each => {
    const box = each.getBoundingClientRect();
    return box.width && box.right > innerWidth + 1 && !each.closest(".scroll, [data-chart]");
}).map(each => each.outerHTML.slice(0, 80))"""
_OVERLAPPING = """return [...document.querySelectorAll("[data-chart] svg")].flatMap(chart => {
    const texts = [...chart.querySelectorAll("text")].filter(text => text.textContent.trim()
        && getComputedStyle(text).opacity !== "0");
    const boxes = texts.map(text => text.getBoundingClientRect());
    return texts.flatMap((text, n) => texts.slice(n + 1).filter((_, m) => {
        const a = boxes[n], b = boxes[n + 1 + m];
        return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
            && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3;
    }).map(other => `${text.textContent} | ${other.textContent}`));
})"""


def drawn(page: Chrome) -> Chrome:
    """Return the page once every chart of it has a drawing."""
    WebDriverWait(page, PATIENCE).until(
        lambda driver: not driver.execute_script(_UNDRAWN), "charts without a drawing"
    )
    return page


def unseen(page: Chrome) -> list[str]:
    """Charts without a mark, texts that are cut off, and what the browser complains of."""
    complaints = [entry["message"] for entry in page.get_log("browser")]
    return [*page.execute_script(_MARKLESS), *page.execute_script(_CUT_OFF), *complaints]


def wider_than_its_window(page: Chrome) -> list[str]:
    """What makes the whole page scroll sideways; tables do so in frames of their own."""
    beyond: list[str] = page.execute_script(_BEYOND)
    width = page.execute_script("return document.documentElement.scrollWidth - innerWidth")
    return [*beyond, f"the page, by {width} px"] if width > 0 else beyond


def overlapping(page: Chrome) -> list[str]:
    """Texts of one chart that lie on each other."""
    found: list[str] = page.execute_script(_OVERLAPPING)
    return found
