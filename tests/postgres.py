#!/usr/bin/env python3
"""A Postgres of the tests' own: initialised in a temporary folder, on a free loopback port, gone at the end.

Imported it is a context manager that gives the server's address without a database; run as a program it prints that
address and serves until its standard input ends, so that it ends with whoever started it.
"""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path


@contextlib.contextmanager
def postgres(durable=False):
    """`durable` syncs each commit to the disk, as a server that people rely on does; tests need not wait for that."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not binaries:
        raise RuntimeError("Postgres is missing: run `make test-setup`")
    tools = binaries[-1].parent
    folder = Path(tempfile.mkdtemp(prefix="consult-pg-"))
    as_owner = []
    if os.getuid() == 0:  # it refuses to run as root
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"cwd": "/tmp", "check": True, "stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    init = ["-D", folder / "data", "-U", "consult", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300 -c fsync={'on' if durable else 'off'}"
    subprocess.run([*as_owner, tools / "initdb", *init], **quiet)
    control = [*as_owner, tools / "pg_ctl", "-D", folder / "data"]
    subprocess.run([*control, "-w", "-l", folder / "log", "-o", options, "start"], **quiet)
    try:
        yield f"postgres://consult@127.0.0.1:{port}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with postgres() as address:
        print(address, flush=True)
        sys.stdin.read()
