#!/usr/bin/env python3
"""Runs every test, fastest first, and ends with the line `N passed, N failed`.

Each stage is a command; its own closing line is counted. A stage that fails to start, or ends without having run a test
that it should have run, counts as one failure: nothing is skipped silently. `--only NAME` runs one stage again.
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / "target" / "test-venv" / "bin"
RUST = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", re.M)
VITEST = re.compile(r"^\s*Tests\s+(?:(\d+) failed\D+)?(\d+) passed", re.M)
NODE = (re.compile(r"^(?:#|ℹ) pass (\d+)", re.M), re.compile(r"^(?:#|ℹ) fail (\d+)", re.M))
PYTEST = (re.compile(r"(\d+) passed"), re.compile(r"(\d+) (?:failed|error)"))
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def counted(kind, output):
    """(passed, failed) as the runner itself says."""
    output = COLOR.sub("", output)
    if kind == "rust":
        rows = RUST.findall(output)
        ignored = sum(int(row[2]) for row in rows)
        return sum(int(row[0]) for row in rows), sum(int(row[1]) for row in rows) + ignored
    if kind == "vitest":
        rows = VITEST.findall(output)
        return sum(int(row[1]) for row in rows), sum(int(row[0] or 0) for row in rows)
    if kind in ("node", "pytest"):
        found, lost = NODE if kind == "node" else PYTEST
        return sum(map(int, found.findall(output))), sum(map(int, lost.findall(output)))
    return 0, 0


def stages(soak):
    cargo_test = ["cargo", "test", "--release", "--workspace", "--no-fail-fast", "--quiet"]
    # Named one by one with the whole workspace selected: another selection has other features, and compiles all again.
    names = sorted(path.stem for path in (ROOT / "tests" / "tests").glob("*.rs"))
    long = {"env": {"CONSULT_SOAK": "1"}} if soak else {}
    journeys = [*cargo_test, *(word for name in names for word in ("--test", name))]
    return [
        ("format", "plain", ["cargo", "fmt", "--all", "--check"], {}),
        ("lints", "plain", ["cargo", "clippy", "--release", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"], {}),
        ("web lint", "plain", ["npm", "run", "--silent", "lint"], {"cwd": "web"}),
        ("web types", "plain", ["npm", "run", "--silent", "typecheck"], {"cwd": "web"}),
        ("web units", "vitest", ["npm", "run", "--silent", "test"], {"cwd": "web"}),
        ("web budgets", "plain", ["npm", "run", "--silent", "size"], {"cwd": "web"}),
        ("build", "plain", ["cargo", "build", "--release", "--quiet", "--workspace"], {}),
        ("api drift", "plain", [sys.executable, "tests/drift.py"], {}),
        ("rust", "rust", cargo_test, long),
        ("rust on postgres", "rust", journeys, {"postgres": True}),
        ("interoperability", "pytest", [str(VENV / "pytest"), "-q", "tests/interop"], long),
        ("browser", "node", ["node", "--test", "--test-concurrency=1", "tests/browser/"], {}),
    ]


def run(name, kind, command, options):
    """Streams a stage's output and answers (passed, failed)."""
    print(f"\n=== {name}: {' '.join(map(str, command))}", flush=True)
    began = time.monotonic()
    with contextlib.ExitStack() as stack:
        environment = {**os.environ, **options.get("env", {})}
        if options.get("postgres"):
            environment["CONSULT_TEST_POSTGRES"] = stack.enter_context(postgres())
        process = subprocess.Popen(
            command,
            cwd=ROOT / options.get("cwd", "."),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        output = []
        try:
            for line in process.stdout:
                print(line, end="", flush=True)
                output.append(line)
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
    passed, failed = counted(kind, "".join(output))
    if kind == "plain":
        passed, failed = (1, 0) if code == 0 else (0, 1)
    elif code != 0 and failed == 0 or passed + failed == 0:
        failed += 1
    print(f"=== {name}: {passed} passed, {failed} failed, {time.monotonic() - began:.0f} s", flush=True)
    return passed, failed


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--soak", action="store_true", help="the long versions")
    arguments.add_argument("--only", help="one stage by name")
    arguments = arguments.parse_args()
    passed = failed = 0
    broken = []
    for name, kind, command, options in stages(arguments.soak):
        if arguments.only and arguments.only != name:
            continue
        try:
            good, bad = run(name, kind, command, options)
        except (OSError, RuntimeError, subprocess.CalledProcessError) as error:
            print(f"=== {name}: {error}", flush=True)
            good, bad = 0, 1
        passed, failed = passed + good, failed + bad
        if bad:
            broken.append(name)
    if broken:
        print(f"\nfailed: {', '.join(broken)}")
    print(f"\n{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
