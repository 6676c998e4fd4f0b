#!/usr/bin/env python3
"""Figures beside the peer in the same run, interleaved, as ratios; written to target/bench/<area>.json.

`make bench` runs every area, `make bench AREA=imaging` one. Peers come from Debian; a missing one is an error.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from postgres import postgres

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "target" / "release" / "consult-server"
OUT = ROOT / "target" / "bench"
ROUNDS = 5
INSTANCES = 100


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(ready, what, seconds=120):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with contextlib.suppress(OSError):
            if ready():
                return
        time.sleep(0.02)
    raise RuntimeError(f"{what} did not become ready")


@contextlib.contextmanager
def process(command, **options):
    running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


@contextlib.contextmanager
def product(folder):
    """The demo on free ports; answers its HTTP address, DIMSE port and process."""
    http, dimse = free_port(), free_port()
    environment = {
        **os.environ,
        "CONSULT__HTTP__LISTEN": f"127.0.0.1:{http}",
        "CONSULT__HTTP__PUBLIC_URL": f"http://127.0.0.1:{http}",
        "CONSULT__METRICS__LISTEN": "127.0.0.1:0",
        "CONSULT__MEDIA__UDP": "127.0.0.1:0",
        "CONSULT__DIMSE__LISTEN": f"127.0.0.1:{dimse}",
    }
    with process([SERVER, "serve", "--demo"], cwd=folder, env=environment) as running:
        address = f"http://127.0.0.1:{http}"
        wait_for(lambda: urllib.request.urlopen(f"{address}/readyz").status == 200, "the server")
        yield address, dimse, running


@contextlib.contextmanager
def orthanc(folder):
    if not shutil.which("Orthanc"):
        raise RuntimeError("Orthanc is missing: apt-get install orthanc")
    http, dimse = free_port(), free_port()
    config = folder / "orthanc.json"
    settings = {"StorageDirectory": str(folder / "orthanc"), "IndexDirectory": str(folder / "orthanc"), "HttpPort": http, "DicomPort": dimse}
    config.write_text(json.dumps({**settings, "DicomAlwaysAllowStore": True, "RemoteAccessAllowed": False, "Plugins": []}))
    with process(["Orthanc", str(config)]):
        wait_for(lambda: socket.create_connection(("127.0.0.1", dimse)).close() is None, "Orthanc")
        yield dimse


def slices(folder, source, round_number):
    """Copies of the demo's CT with new UIDs, so that every store is a new instance."""
    out = folder / f"round-{round_number}"
    out.mkdir()
    for file in source:
        shutil.copy(file, out / file.name)
    subprocess.run(["dcmodify", "-nb", "-imt", "-gst", "-gse", "-gin", *map(str, sorted(out.iterdir()))], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sorted(map(str, out.iterdir()))


def store(port, called, files):
    began = time.monotonic()
    subprocess.run(["storescu", "-aet", "CLINIC", "-aec", called, "127.0.0.1", str(port), *files], check=True, stdout=subprocess.DEVNULL)
    return len(files) / (time.monotonic() - began)


def imaging():
    with tempfile.TemporaryDirectory(prefix="consult-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        _, ours, _ = stack.enter_context(product(folder))
        theirs = stack.enter_context(orthanc(folder))
        objects = sorted((folder / "data" / "objects").rglob("*.dcm"), key=lambda f: f.stat().st_size, reverse=True)[:INSTANCES]
        rates = {"ours": [], "peer": []}
        for number in range(ROUNDS):
            files = slices(folder, objects, number)
            rates["ours"].append(store(ours, "CONSULT", files))
            rates["peer"].append(store(theirs, "ORTHANC", files))
    mine, peer = statistics.median(rates["ours"]), statistics.median(rates["peer"])
    note = f"Orthanc from Debian, storescu, {INSTANCES} CT slices, interleaved, median of {ROUNDS}"
    return [row("imaging.cstore.one_association", mine, peer, "instances/s", 4, note)]


def access():
    """Figures of our own that have a limit instead of a peer."""
    figures = []
    for example in ("directory", "access"):
        command = ["cargo", "run", "--release", "--quiet", "-p", "tests", "--example", example]
        said = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
        figures += json.loads(said)
    return [limited(**figure) for figure in figures]


def limited(name, ours, unit, note, below=None, above=None):
    goal, met = (f"< {below:g} {unit}", ours < below) if below is not None else (f">= {above:g} {unit}", ours >= above)
    return {"name": name, "ours": round(ours, 1), "peer": None, "unit": unit, "ratio": None, "goal": goal, "met": met, "note": note}


def referral():
    """Referrals on SQLite, then on Postgres, and how much slower that is."""
    command = ["cargo", "run", "--release", "--quiet", "-p", "tests", "--example", "referral"]
    figures = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout)
    with postgres(durable=True) as address:
        elsewhere = {**os.environ, "CONSULT_TEST_POSTGRES": address}
        figures += json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, env=elsewhere).stdout)
    rows = [limited(**figure) for figure in figures]
    on = {figure["name"]: figure["ours"] for figure in figures}
    times = [on["referral.transitions.sqlite"] / on["referral.transitions.postgres"]]
    times += [on[f"referral.{name}.postgres"] / on[f"referral.{name}.sqlite"] for name in ("transition_p99", "board_p95")]
    return [*rows, limited("referral.postgres_against_sqlite", max(times), "times", "the worst of rate, p99 and first page", below=3)]


def row(name, ours, peer, unit, goal, note):
    ratio = ours / peer
    return {"name": name, "ours": round(ours, 1), "peer": round(peer, 1), "unit": unit, "ratio": round(ratio, 2), "goal": f">= {goal}", "met": ratio >= goal, "note": note}


def web():
    """What somebody at a desk feels, measured in Chromium."""
    said = subprocess.run(["node", "tests/browser/board-load.mjs"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return [limited(**figure) for figure in json.loads(said)]


AREAS = {"access": access, "imaging": imaging, "referral": referral, "web": web}


def main():
    wanted = sys.argv[1:] or list(AREAS)
    OUT.mkdir(parents=True, exist_ok=True)
    for area in wanted:
        if area not in AREAS:
            print(f"no figures for {area}; there are: {', '.join(AREAS)}")
            return 2
        rows = AREAS[area]()
        (OUT / f"{area}.json").write_text(json.dumps(rows, indent=2) + "\n")
        for r in rows:
            beside = f" against {r['peer']}" if r["peer"] is not None else ""
            ratio = f" = {r['ratio']}" if r["peer"] is not None else ""
            print(f"{r['name']}: {r['ours']}{beside} {r['unit']}{ratio} (goal {r['goal']}, {'met' if r['met'] else 'not met'}); {r['note']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
