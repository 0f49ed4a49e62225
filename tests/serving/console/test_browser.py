"""The pages in a real browser: nothing from outside, no error, and every band shown."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Engine

from serving.app import create_app
from serving.store import ModelRecord, ModelVersionRepository, ScoreRepository

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


@pytest.fixture
def address(sqlite_store: Engine, make_run, champion: ModelRecord) -> Iterator[str]:
    """A running server with four accounts, one of them with a hostile name."""
    names = {"a1": "<script>document.title='broken'</script>"}
    run = make_run({"a1": 0.7, "a2": 0.3, "a3": 0.05, "a4": None}, names=names)
    ScoreRepository(sqlite_store).publish(run)
    ModelVersionRepository(sqlite_store).promote(champion)
    app = create_app(sqlite_store, lambda reason: f"{reason.signal} moved", company="Orrery")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS.split())
        yield launched
        launched.close()


@pytest.fixture
def troubles(page: Page) -> list[str]:
    """Console messages, failed scripts, and requests that leave this machine."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "request",
        lambda request: (
            found.append(request.url) if not request.url.startswith("http://127.0.0.1") else None
        ),
    )
    return found


@pytest.fixture
def page(browser: Browser) -> Page:
    return browser.new_page(viewport={"width": 390, "height": 844})


@pytest.mark.parametrize("path", ["/", "/accounts", "/accounts/a1", "/docs"])
def test_pages_show_without_error_on_a_phone(
    page: Page, troubles: list[str], address: str, path: str
) -> None:
    response = page.goto(address + path)
    assert response is not None
    assert response.status == 200
    assert page.title() != "broken"
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, "the page scrolls sideways"
    assert troubles == []


def test_the_riskiest_account_is_one_click_from_its_reasons(page: Page, address: str) -> None:
    page.goto(f"{address}/accounts")
    rows = page.locator("main").inner_text()
    assert rows.index("script") < rows.index("Name of a2") < rows.index("Name of a3")
    page.get_by_role("link", name="Name of a2").click()
    assert "adoption__users_30d moved" in page.locator("main").inner_text()
