"""The README's pictures: the console over the demo company, in Debian's Chromium.

`make screenshots` after `make demo`; FOREWARN_WORKSPACE names another workspace than .forewarn.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
SIZE = {"width": 1280, "height": 860}
PATIENCE = 300_000
"""Milliseconds; the first account explained after a start takes the longest."""


@contextmanager
def served() -> Iterator[str]:
    """The address of the service over the workspace, for as long as it is needed."""
    command = [sys.executable, "-m", "pipelines.cli", "serve", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        lines = process.stderr or ()
        found = next((m.group() for line in lines if (m := re.search(r"http://\S+", line))), None)
        if found is None:
            raise SystemExit("the service did not start: run `make demo` first.")
        yield found.rstrip("/")
    finally:
        process.terminate()
        process.wait()


def take(page: Page, address: str, folder: Path) -> None:
    """The portfolio, and the account it says to call first."""
    page.goto(f"{address}/")
    if page.locator(".calls a").count() == 0:
        raise SystemExit("no account is scored: run `make demo` first.")
    page.screenshot(path=folder / "portfolio.png")
    page.goto(address + str(page.locator(".calls h3 a").first.get_attribute("href")))
    page.screenshot(path=folder / "account.png")


def main(folder: Path) -> None:
    """Take every picture."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("no Chromium is installed (Debian: apt-get install chromium).")
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.set_default_timeout(PATIENCE)
        take(page, address, folder)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
