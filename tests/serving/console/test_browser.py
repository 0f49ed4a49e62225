"""Every screen in a real browser: errors, requests, accessibility, keys, widths and weight."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[3] / "build" / "vendor" / "axe.min.js"
SCREENS = {
    "portfolio": "/",
    "accounts": "/accounts",
    "account": "/accounts/a1",
    "queue": "/queue",
    "insights": "/insights",
    "models": "/models",
    "reference": "/docs",
    "not found": "/nowhere",
}
DESK, PHONE, STOPS = 1440, 390, 9
"""Widths in pixels, and how many stops of the Tab key are looked at."""
NARROW_RULES = ["scrollable-region-focusable", "aria-hidden-focus", "region", "empty-heading"]
"""Rules of axe whose answer may change with the width; the others were asked before."""
FIRST_VISIT = 400_000
"""Bytes that a first visit of any screen may transfer."""
PATIENCE = 120_000
"""Milliseconds; the first account explained after a start takes the longest."""

GIVEN_UP = "net::ERR_ABORTED"
"""Chromium's word for a request that it dropped itself."""


@dataclass
class Visit:
    """A page that is open, with everything that went wrong on the way and what it weighed."""

    page: Page
    status: int = 0
    troubles: list[str] = field(default_factory=list)
    weight: int = 0


Open = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, served) -> Iterator[Open]:
    """Opens a screen of the service in a browser that has never seen it."""
    yield from _visits(browser, served.address)


@pytest.fixture
def visit_demo(browser: Browser, demo: str) -> Iterator[Open]:
    """The same over the company that `make demo` left."""
    yield from _visits(browser, demo)


def _visits(browser: Browser, address: str) -> Iterator[Open]:
    contexts = []

    def opened(path: str) -> Visit:
        context = browser.new_context(
            viewport={"width": DESK, "height": 900}, color_scheme="light", reduced_motion="reduce"
        )
        contexts.append(context)
        found = Visit(context.new_page())
        _watch(found, address)
        answer = found.page.goto(address + path, timeout=PATIENCE)
        found.status = answer.status if answer else 0
        return found

    yield opened
    for context in contexts:
        context.close()


def _watch(found: Visit, address: str) -> None:
    """Note console messages, failed scripts, requests beyond the service, and bytes."""
    page, said = found.page, found.troubles
    page.on("console", lambda message: said.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"script: {error}"))
    page.on("requestfailed", lambda request: said.extend(_failure(request)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(address) else said.append(request.url),
    )
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def weighed(event: dict[str, Any]) -> None:
        found.weight += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", weighed)


def _failure(request: Request) -> list[str]:
    """What failed; none where the browser gave it up because the page was left meanwhile.

    A page reloaded or left by a key may still have its icon on the way, which is no fault of ours.
    """
    return [] if request.failure == GIVEN_UP else [f"failed: {request.url} {request.failure}"]


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_is_sound_in_every_look(visit: Open, screen: str) -> None:
    found, missing = visit(SCREENS[screen]), screen == "not found"
    assert found.status == (404 if missing else 200)
    assert [told for told in found.troubles if not (missing and "404" in told)] == []
    assert_sound(found)


@pytest.mark.parametrize("screen", [name for name in SCREENS if name != "not found"])
def test_every_screen_of_the_demo_company_is_sound(visit_demo: Open, screen: str) -> None:
    path = SCREENS[screen]
    if screen == "account":
        portfolio = visit_demo("/").page
        path = str(portfolio.locator(".calls h3 a").first.get_attribute("href"))
    found = visit_demo(path)
    found.page.wait_for_load_state("networkidle")
    assert (found.status, found.troubles) == (200, [])
    assert_sound(found)


def assert_sound(found: Visit) -> None:
    """The page is light, whole, to be used by keys, by everybody, and on any width."""
    page = found.page
    assert page.title() != "broken"
    assert page.locator("h1").count() == 1
    assert 0 < found.weight < FIRST_VISIT
    show_their_focus(page)
    assert failing_rules(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert failing_rules(page, only=["color-contrast"]) == []
    for allowed in (1280, 800, PHONE):
        page.set_viewport_size({"width": allowed, "height": 844})
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= allowed, f"the page is {width} px wide where {allowed} are to be had"
    assert failing_rules(page, only=NARROW_RULES) == []


def failing_rules(page: Page, only: list[str] | None = None) -> list[str]:
    """What axe finds wrong: rule, element and what to do."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    asked: dict[str, Any] = {"resultTypes": ["violations"]}
    asked |= {"runOnly": only} if only else {}
    found = page.evaluate("asked => axe.run(document, asked)", asked)
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def show_their_focus(page: Page) -> None:
    """Whatever the first stops of the Tab key are, each shows that it has the focus."""
    reached = []
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const at = document.activeElement, how = getComputedStyle(at);
            const box = at.getBoundingClientRect();
            return {name: at.outerHTML.slice(0, 90), width: parseFloat(how.outlineWidth),
            style: how.outlineStyle, seen: box.width > 0 && box.bottom > 0}; }"""
        )
        reached.append(at["name"])
        assert at["style"] == "solid", at
        assert at["width"] >= 2, at
        assert at["seen"], at
    assert 'class="skip"' in reached[0]
    assert len(set(reached)) == STOPS


def test_axe_would_find_what_is_wrong(visit: Open) -> None:
    page = visit("/nowhere").page
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any("button-name" in told for told in failing_rules(page))


def test_the_queue_goes_by_keys_alone(visit: Open) -> None:
    found = visit("/queue")
    page = found.page
    names = page.locator("[data-rows] th a").all_inner_texts()
    assert len(names) >= 2
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    with page.expect_response(lambda answer: "account=" in answer.url):
        page.keyboard.press("Enter")
    page.wait_for_function(
        "name => document.querySelector('#detail h2')?.innerText === name", arg=names[1]
    )
    assert page.locator("tr.sel th a").inner_text() == names[1]
    assert "account=" in page.url
    page.reload()
    assert page.locator("#detail h2").inner_text() == names[1]
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#keys").is_visible()
    page.keyboard.press("o")
    page.wait_for_url("**/accounts/*")
    assert found.troubles == []


def test_promoting_asks_for_a_reason_and_then_again(visit: Open, served) -> None:
    found = visit("/models")
    page = found.page
    page.get_by_label("Reason, kept in the audit log").fill("measured <b>better</b>")
    page.get_by_role("button", name="Promote, asks again").click()
    assert served.changes == []
    assert "measured <b>better</b>" in page.locator("main").inner_text()
    assert failing_rules(page) == []
    page.get_by_role("button", name="Promote it").click()
    page.wait_for_url("**/models")
    assert served.changes == [("v2", "measured <b>better</b>", None)]
    assert found.troubles == []


def test_a_page_of_another_site_changes_nothing(visit: Open, served) -> None:
    before = list(served.changes)
    found = visit("/livez")
    page = found.page
    page.goto("about:blank")
    page.set_content(
        f'<form method="post" action="{served.address}/models/change">'
        '<input name="version" value="v2"><input name="reason" value="x">'
        '<input name="sure" value="yes"><button>Win a prize</button></form>'
    )
    with page.expect_navigation() as went:
        page.get_by_role("button").click()
    assert went.value.status == 403
    assert served.changes == before


def test_a_script_within_a_page_does_not_run(visit: Open) -> None:
    found = visit("/models")
    found.page.evaluate(
        """() => { const script = document.createElement("script");
        script.textContent = "document.title = 'broken'"; document.body.append(script); }"""
    )
    assert found.page.title() != "broken"
    assert any("Content Security Policy" in told for told in found.troubles)


def test_the_riskiest_account_is_one_click_from_its_reasons(visit: Open) -> None:
    page = visit("/accounts").page
    page.get_by_role("link", name="Name of a2").click()
    page.wait_for_url("**/accounts/a2")
    assert "adoption__users_30d moved" in page.locator("main").inner_text()


def test_of_sliders_moved_quickly_the_last_value_wins(visit: Open) -> None:
    page = visit("/accounts/a2").page
    slider = page.locator(".whatif input[type=range]")
    slider.wait_for()
    asked: list[str] = []

    def slowly(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            page.wait_for_timeout(400)
        route.continue_()

    page.route("**/what-if/**", slowly)
    for value, pause in (("5", 350), ("6", 0), ("7", 0), ("9", 0)):
        slider.fill(value)
        page.wait_for_timeout(pause)
    page.wait_for_url("**/what-if/a2?*adoption__users_30d=9")
    assert page.locator("[data-value]").inner_text() == "9"
    assert "75" in page.locator("#result").inner_text()
    assert len(asked) <= 3


def test_keys_lead_from_account_to_account(visit: Open) -> None:
    page = visit("/accounts").page
    names = page.locator("[data-rows] th a").all_inner_texts()[:2]
    page.locator("[data-rows] th a").first.click()
    for key, name in (("j", names[0]), ("k", names[1])):
        _arrived(page, name)
        page.keyboard.press(key)
    _arrived(page, names[0])


def _arrived(page: Page, name: str) -> None:
    """Wait for an account's page, scripts and all: a key pressed before them goes nowhere."""
    page.wait_for_function(
        "name => document.readyState === 'complete' "
        "&& document.querySelector('h1').innerText === name",
        arg=name,
    )


def test_people_log_in_and_out_with_a_browser(browser: Browser, guarded: tuple[str, str]) -> None:
    address, key = guarded
    context = browser.new_context(viewport={"width": PHONE, "height": 844})
    page = context.new_page()
    page.goto(f"{address}/queue")
    assert "/login?next=" in page.url
    assert failing_rules(page) == []
    page.get_by_label("Key", exact=True).fill("fw_wrong_key")
    page.get_by_role("button", name="Log in").click()
    assert page.get_by_role("alert").is_visible()
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{address}/queue")
    page.set_viewport_size({"width": DESK, "height": 900})
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{address}/login")
    context.close()
