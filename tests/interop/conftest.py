"""The product as foreign clients meet it: the real binary with the demo alliance, on free loopback ports."""

import contextlib
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from dicomweb_client.api import DICOMwebClient

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(os.environ.get("CONSULT_SERVER", ROOT / "target" / "release" / "consult-server"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class Product:
    address: str
    dimse_port: int
    process: int

    def sign_in(self, login):
        """A session of requests that carries the person's bearer token."""
        body = {"login": login, "password": "demo-only-2026"}
        answer = requests.post(f"{self.address}/api/v1/session", json=body, timeout=30)
        answer.raise_for_status()
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return session

    def dicomweb(self, login):
        return DICOMwebClient(url=f"{self.address}/dicom-web", session=self.sign_in(login))

    def get(self, login, path):
        answer = self.sign_in(login).get(f"{self.address}/api/v1{path}", timeout=30)
        answer.raise_for_status()
        return answer.json()


@contextlib.contextmanager
def serving(folder, **settings):
    """A product of its own with its data in a folder."""
    assert SERVER.exists(), f"{SERVER} is missing: run `make build`"
    http, dimse = free_port(), free_port()
    environment = {
        **os.environ,
        "CONSULT__HTTP__LISTEN": f"127.0.0.1:{http}",
        "CONSULT__HTTP__PUBLIC_URL": f"http://127.0.0.1:{http}",
        "CONSULT__METRICS__LISTEN": "127.0.0.1:0",
        "CONSULT__MEDIA__UDP": "127.0.0.1:0",
        "CONSULT__DIMSE__LISTEN": f"127.0.0.1:{dimse}",
        **settings,
    }
    log = (folder / "log").open("wb")
    running = subprocess.Popen([SERVER, "serve", "--demo"], cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{http}"
        wait_until_ready(address, running)
        yield Product(address, dimse, running.pid)
    finally:
        running.terminate()
        assert running.wait(30) == 0, (folder / "log").read_text(errors="replace")[-2000:]


@pytest.fixture(scope="session")
def product(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("product")) as running:
        yield running


def wait_until_ready(address, running):
    ends = time.monotonic() + 180
    while time.monotonic() < ends:
        assert running.poll() is None, "the server ended before it was ready"
        try:
            if requests.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server did not become ready")
