"""Libraries of others: only the very bytes that are pinned are used."""

import base64
import hashlib
import io
import os
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from serving.app import create_app
from serving.console import vendor
from serving.console.vendor import Library, Member, NotFetched

ROOT = Path(__file__).parents[3]


def package(files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        for name, content in files.items():
            found = tarfile.TarInfo(name)
            found.size = len(content)
            archive.addfile(found, io.BytesIO(content))
    return written.getvalue()


PACKAGE = package({"package/x.js": b"x()", "package/LICENSE": b"free"})


def library(packed: bytes = PACKAGE, code: bytes = b"x()") -> Library:
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()
    members = (
        Member("package/x.js", "x.js", hashlib.sha256(code).hexdigest()),
        Member("package/LICENSE", "x.LICENSE", hashlib.sha256(b"free").hexdigest()),
    )
    return Library("x", "1.2.3", f"sha512-{digest}", members)


@pytest.fixture
def npm(tmp_path: Path) -> str:
    """A stand-in for npm that packs what it is asked for and notes the question."""
    (tmp_path / "package.tgz").write_bytes(PACKAGE)
    script = tmp_path / "npm"
    script.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\ncp {tmp_path}/package.tgz x.tgz\n'
    )
    script.chmod(0o755)
    return str(script)


def test_a_library_is_fetched_once(npm, tmp_path):
    folder = tmp_path / "a" / "vendor"
    assert vendor.bring(library(), folder, [npm])
    assert (folder / "x.js").read_bytes() == b"x()"
    assert (folder / "x.LICENSE").read_bytes() == b"free"
    assert not vendor.bring(library(), folder, [npm])
    assert (tmp_path / "asked").read_text() == "pack x@1.2.3 --ignore-scripts --silent\n"


def test_a_damaged_file_is_fetched_again(npm, tmp_path):
    vendor.bring(library(), tmp_path / "v", [npm])
    (tmp_path / "v" / "x.js").write_bytes(b"y()")
    assert vendor.bring(library(), tmp_path / "v", [npm])
    assert (tmp_path / "v" / "x.js").read_bytes() == b"x()"


def test_another_package_of_the_same_name_is_refused(npm, tmp_path):
    meant = library(package({"package/x.js": b"x()", "package/LICENSE": b"free", "more": b""}))
    with pytest.raises(NotFetched, match=r"x@1\.2\.3: npm gave .* and only sha512-"):
        vendor.bring(meant, tmp_path / "v", [npm])
    assert not (tmp_path / "v").exists()


def test_a_member_that_is_not_the_one_meant_is_refused(npm, tmp_path):
    with pytest.raises(NotFetched, match="package/x.js is not the file"):
        vendor.bring(library(code=b"z()"), tmp_path / "v", [npm])
    assert not (tmp_path / "v").exists()


def test_the_next_npm_is_tried(npm, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho no network >&2\nexit 1\n")
    broken.chmod(0o755)
    assert vendor.bring(library(), tmp_path / "v", ["/no/such/npm", str(broken), npm])


def test_without_npm_the_error_says_what_to_do(tmp_path):
    with pytest.raises(NotFetched, match=r"There is no npm[\s\S]*apt-get install npm[\s\S]*setup"):
        vendor.bring(library(), tmp_path / "v", [])


def test_what_npm_said_is_told(tmp_path):
    broken = tmp_path / "npm"
    broken.write_text("#!/bin/sh\necho E404 >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(NotFetched, match="E404"):
        vendor.bring(library(), tmp_path / "v", [str(broken)])


def test_pages_are_told_where_htmx_is(tmp_path):
    assert vendor.htmx_address(tmp_path) is None
    (tmp_path / "htmx.min.js").write_bytes(b"something else")
    assert vendor.htmx_address(tmp_path) is None


def test_set_up_brought_htmx_and_axe():
    tests = ROOT / "build" / "vendor"
    assert vendor.complete(vendor.HTMX, vendor.served()), "run `make setup`"
    assert vendor.complete(vendor.AXE, tests), "run `make setup`"
    assert vendor.htmx_address() == "/static/vendor/htmx.min.js"
    started = time.monotonic()
    offline = {**os.environ, "PATH": "/nowhere"}
    command = [sys.executable, "-m", "serving.console.vendor", "--tests", str(tests)]
    done = subprocess.run(command, cwd=ROOT, env=offline, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
    assert time.monotonic() - started < 10


def test_no_library_is_committed():
    assert "/serving/console/static/vendor/" in (ROOT / ".gitignore").read_text().splitlines()


def test_a_service_without_htmx_says_so_in_the_log(
    tmp_path, monkeypatch, caplog, sqlite_store, connect
):
    monkeypatch.setattr(vendor, "STATIC", tmp_path)
    page = connect(create_app(sqlite_store, str)).get("/", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "htmx" not in page.text
    assert "htmx.org@2.0.11 is not in" in caplog.text
