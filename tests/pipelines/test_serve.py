import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from pipelines.errors import InputError
from pipelines.jobs import ProcessRunner
from pipelines.serve import compose, serve, url_of
from serving.settings import Settings
from serving.store import JobRepository

SECONDS = 240
"""Enough where other programs have most of the machine."""


@pytest.fixture
def start(finished):
    """Starts the real command; gives the process and its address."""
    running = []

    def now(*arguments, **environment):
        command = [sys.executable, "-m", "pipelines.cli", "serve", *arguments]
        place = {"FOREWARN_WORKSPACE": str(finished.company.workspace)}
        process = subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env={**os.environ, **place, **environment}
        )
        running.append(process)
        return process, _address(process)

    yield now
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _address(process):
    for line in process.stderr:
        if found := re.search(r"http://\S+", line):
            return found.group()
    raise AssertionError(f"the server ended with code {process.wait()} before it listened")


def get(address, host=None):
    request = urllib.request.Request(address, headers={"Host": host} if host else {})
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read().decode()
        except (urllib.error.URLError, ConnectionError):  # a killed process loses what it accepted
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def test_the_service_for_real(start):
    process, address = start("--port", "0")
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", address)

    assert json.loads(get(f"{address}livez")[2]) == {"status": "alive"}
    status, headers, body = get(f"{address}readyz")
    assert status == 200
    assert json.loads(body)["as_of"] == "2025-04-30"
    assert "server" not in headers

    page = json.loads(get(f"{address}v1/accounts?band=red&limit=5")[2])
    assert page["items"]
    assert {item["band"] for item in page["items"]} == {"red"}
    status, _, list_page = get(address)
    assert status == 200
    assert "Kiosk &amp; Sons" in list_page
    assert get(f"{address}livez", host="evil.example")[0] == 421

    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "stopped" in rest
    assert "Traceback" not in rest


def test_several_processes_serve_one_port(start, tmp_path):
    process, address = start(
        "--port", "0", "--workers", "2", FOREWARN_WORKSPACE=str(tmp_path), FOREWARN_STORE=""
    )
    workers = _both(process, address)
    for _ in range(20):
        assert get(f"{address}v1/accounts")[0] == 200
    assert get(f"{address}livez", host="evil.example")[0] == 421
    lines = get(f"{address}metrics")[2].splitlines()
    asked = [
        line for line in lines if line.startswith('http_requests_total{handler="/v1/accounts"')
    ]
    assert [line.split()[-1] for line in asked] == ["20.0"], "whichever process answered"

    killed = min(workers)
    os.kill(int(killed), signal.SIGKILL)
    assert killed not in _both(process, address, but=killed), "another one has taken its place"
    assert get(f"{address}v1/accounts")[0] == 200

    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "stopped" in rest
    assert "Traceback" not in rest


def _both(process, address, but=""):
    """The two processes, once they are there; requests are answered all the time."""
    task, found = Path(f"/proc/{process.pid}/task/{process.pid}/children"), set()
    deadline = time.monotonic() + SECONDS
    while len(found) < 2 and time.monotonic() < deadline:
        assert get(f"{address}livez")[0] == 200
        found = {n for n in task.read_text().split() if n != but and _serves(n)}
    assert len(found) == 2
    return found


def _serves(number):
    with suppress(OSError):  # it ended meanwhile
        return b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()
    return False


def test_it_ends_cleanly_when_told_to(start):
    process, address = start(FOREWARN_PORT="0")
    get(f"{address}livez")
    process.terminate()
    process.communicate(timeout=SECONDS)
    assert process.returncode == 0


def test_it_can_begin_with_work(workspace, store, monkeypatch):
    started = []
    monkeypatch.setattr(ProcessRunner, "start", lambda _, job_id: started.append(job_id))
    monkeypatch.setattr("pipelines.serve._serve_alone", lambda *_: None)
    serve(workspace, "127.0.0.1", 0, lambda _: None, ask_for=("insights",))
    (job,) = JobRepository(store).newest()
    assert (job.kind, [job.job_id]) == ("insights", started)


def test_a_port_in_use_is_the_users_to_change(workspace, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"cannot listen on 127.0.0.1, port {port}.*--port"):
            serve(workspace, "127.0.0.1", port, print)
    assert capsys.readouterr().out == ""


def test_an_address_that_is_not_ours(workspace):
    with pytest.raises(InputError, match="cannot listen on"):
        serve(workspace, "no.such.host.invalid", 0, print)


def test_only_the_loopback_refuses_foreign_names():
    assert Settings("127.0.0.1").hosts is not None
    assert Settings("0.0.0.0").hosts is None


@pytest.mark.parametrize(
    ("host", "family", "shown"),
    [
        ("127.0.0.1", socket.AF_INET, "http://127.0.0.1:"),
        ("0.0.0.0", socket.AF_INET, "http://localhost:"),
    ],
)
def test_the_address_to_open(host, family, shown):
    with socket.create_server((host, 0), family=family) as listener:
        assert url_of(listener).startswith(shown)


def test_a_lost_configuration_only_costs_the_name(store, workspace):
    told = []
    workspace.remember(Path("/nowhere/forewarn.toml"))
    compose(store, workspace, Settings(), told.append)
    assert len(told) == 1
    assert "name and currency are not shown" in told[0]
    assert "/nowhere/forewarn.toml" in told[0]
