"""In a browser the report draws every chart, wide and narrow, light and dark, without an error."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from modelyard.report.render import write
from tests.modelyard.browser import browser, look, missing
from tests.modelyard.example_facts import facts
from tests.modelyard.page_faults import drawn, overlapping, unseen, wider_than_its_window

pytestmark = [
    pytest.mark.process,
    # A skip in CI fails the session: there the report is always looked at.
    pytest.mark.skipif(bool(missing()), reason=f"the report is not looked at: {missing()}"),
]
DRAWN = 5 + 4 + 1 + 7
"""Of the flights and their story, of a model that predicts a quantity, of another model's story
that has not come to its traffic, and of three lives: each on one axis, by feature, and one
retraining."""
WIDE, NARROW = 1400, 390
WIDTHS, SCHEMES = (WIDE, NARROW), ("light", "dark")
LAST_COLUMN = """return [...document.querySelectorAll(".scroll")].filter(frame =>
    [...frame.querySelectorAll("th")].some(each => each.textContent === "version")
    && [...frame.querySelectorAll("th")].some(each => each.textContent === "gate")).map(frame => {
    const last = [...frame.querySelectorAll("th")].at(-1);
    const ends = [...frame.querySelectorAll("tr > :last-child")];
    const right = Math.max(...ends.map(each => each.getBoundingClientRect().right));
    const hidden = Math.round(right - frame.getBoundingClientRect().right);
    frame.scrollLeft = frame.scrollWidth;
    const scrolled = Math.ceil(frame.scrollLeft);
    frame.scrollLeft = 0;
    return [last.textContent, hidden, scrolled];
})"""
PANELS = """return [...document.querySelectorAll(`[data-chart="prod-flight_delay-life"]
    [class*=concat_][class$=_group] > g > .background`)].map(panel => {
    const box = panel.getBoundingClientRect(); return [box.left, box.right].map(Math.round);
})"""
LABELS = """return [...document.querySelectorAll(
    '[data-chart="prod-flight_delay-life"] .mark-symbol path[aria-label]')]
    .map(path => path.getAttribute("aria-label"))"""
COLOUR = "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(facts(), tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    with browser(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture(scope="module", params=[(w, s) for w in WIDTHS for s in SCHEMES], ids=str)
def shown(reader: Chrome, page: Path, request: pytest.FixtureRequest) -> Chrome:
    """The report in one width and scheme, with every chart drawn."""
    width, scheme = request.param
    look(reader, page, width=width, scheme=scheme)
    return drawn(reader)


def test_every_chart_is_drawn_and_nothing_is_wrong_or_cut_off(shown: Chrome) -> None:
    charts = shown.execute_script("return document.querySelectorAll('[data-chart]').length")
    assert charts == DRAWN
    assert unseen(shown) == []


def test_the_page_is_no_wider_than_its_window(shown: Chrome) -> None:
    """Tables scroll in their own frames; whatever else is too wide would move the whole page."""
    assert wider_than_its_window(shown) == []


def test_the_table_of_versions_shows_its_last_column_or_scrolls_to_it(shown: Chrome) -> None:
    tables = shown.execute_script(LAST_COLUMN)
    assert len(tables) == 2  # of the flights, and of a model that predicts a quantity
    for heading, hidden, scrolled in tables:
        assert heading == "held-out days"
        assert hidden <= scrolled
        assert hidden <= 0 or shown.execute_script("return innerWidth") < WIDE


def test_the_panels_of_a_life_stand_on_one_axis(shown: Chrome) -> None:
    panels = shown.execute_script(PANELS)
    assert len(panels) == 8
    assert len({tuple(ends) for ends in panels}) == 1


def test_a_point_says_its_week_and_its_figures(shown: Chrome) -> None:
    labels = shown.execute_script(LABELS)
    [label] = [each for each in labels if "who: label rate; week: 2013-12-02" in each]
    assert "p: 0.0002" in label
    assert "usual: 0.128" in label


def test_no_two_texts_of_a_chart_lie_on_each_other(shown: Chrome) -> None:
    assert overlapping(shown) == []


def test_nothing_is_asked_of_the_network(shown: Chrome) -> None:
    loaded = "return performance.getEntriesByType('resource').map(each => each.name)"
    assert shown.execute_script(loaded) == []


def test_dark_is_another_page_than_light(reader: Chrome, page: Path) -> None:
    seen = {}
    for scheme in SCHEMES:
        look(reader, page, width=WIDE, scheme=scheme)
        drawn(reader)
        places = (("body", "backgroundColor"), ("section", "backgroundColor"), ("h1", "color"))
        seen[scheme] = [reader.execute_script(COLOUR, *place) for place in places]
        seen[scheme].append(reader.execute_script(COLOUR, "svg .role-axis-label text", "fill"))
    assert not set(seen["light"]) & set(seen["dark"])
