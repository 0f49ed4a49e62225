"""Processes that share the work of serving."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

STARTER = """
import time
from multiprocessing import get_context
from pipelines.listening import end_with_starter

def work():
    end_with_starter()
    print("at work", flush=True)
    time.sleep(600)

if __name__ == "__main__":
    worker = get_context("spawn").Process(target=work)
    worker.start()
    print(worker.pid, flush=True)
    worker.join()
"""
SECONDS = 60


def test_a_process_ends_with_the_one_that_started_it(tmp_path):
    script = tmp_path / "starter.py"
    script.write_text(STARTER)
    starter = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    worker = int(starter.stdout.readline())
    try:
        assert starter.stdout.readline() == "at work\n"
        starter.kill()
        # its end of the pipe closes when the last process that holds it is gone
        starter.communicate(timeout=SECONDS)
        assert _is_gone(worker)
    finally:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)


def _is_gone(number):
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
