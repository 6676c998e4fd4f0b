"""The API against its own description (schemathesis): whatever is sent to whatever route by whoever is signed in, no answer is
a server error, and none has a status that the description does not name.

A store of its own, because hostile input fills it. Left out are sign-out and what ends the session in use, the password of the
account in use, and the stream of events, which has no end.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import serving

SOAK = "CONSULT_SOAK" in os.environ
# Every boundary of every route once; the long run goes on with random requests for so many seconds.
DEPTH = ["--phases", "coverage,fuzzing", "--max-time", "300"] if SOAK else ["--phases", "coverage"]
ROLES = ["village", "township", "desk", "doctor", "specialist", "coordinator", "manager", "admin", "security", "auditor", "family"]
LEFT_OUT = ["/api/v1/session", "/api/v1/session/list", "/api/v1/session/list/{id}", "/api/v1/session/password", "/api/v1/events"]


@pytest.fixture(scope="module")
def throwaway(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("throwaway"), CONSULT__DEMO__STUDIES="false") as running:
        yield running


@pytest.fixture(scope="module")
def tokens(throwaway):
    """Everybody signs in before anybody guesses at the doors: guesses make an address wait."""
    return {role: throwaway.sign_in(role).headers["Authorization"] for role in ROLES}


@pytest.mark.parametrize("role", ROLES if SOAK else ["village", "doctor", "specialist", "admin"])
def test_every_answer_is_described_and_none_is_a_server_error(throwaway, tokens, role, tmp_path):
    left_out = [word for path in LEFT_OUT for word in ("--exclude-path", path)]
    command = [
        Path(sys.executable).with_name("schemathesis"),
        "run",
        f"{throwaway.address}/api/openapi.json",
        f"--header=Authorization:{tokens[role]}",
        "--checks=not_a_server_error,status_code_conformance",
        *DEPTH,
        # One worker: hypothesis is not safe for threads where it describes its own strategies.
        *("--workers=1", "--seed=1", "--no-shrink", "--no-color", "--warnings=off"),
        *left_out,
    ]
    done = subprocess.run(command, cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[:20000] + done.stderr[-2000:]
    tested, selected = (int(re.search(rf"{word}: (\d+)", done.stdout)[1]) for word in ("Tested", "Selected"))
    assert tested == selected > 100, done.stdout[:20000]
