#!/usr/bin/env python3
"""Packs one tar for a machine without a network: binary, systemd unit, example configuration, documents, checksums."""

import hashlib
import io
import json
import platform
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "target" / "release" / "consult-server"
UNIT = """\
[Unit]
Description=Telemedicine consultation and referral
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/opt/consult-server/consult-server --config /etc/consult-server.toml serve
WorkingDirectory=/var/lib/consult-server
StateDirectory=consult-server
DynamicUser=yes
Restart=on-failure
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes

[Install]
WantedBy=multi-user.target
"""
SCALAR = (str, int, float, bool)


def example(config):
    """The defaults as TOML, one section each."""
    lines = []
    for section, keys in config.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in keys.items() if isinstance(value, SCALAR)]
        lines.append("")
    return "\n".join(lines)


def main():
    config = json.loads(subprocess.run([SERVER, "config"], check=True, capture_output=True, text=True).stdout)
    version = subprocess.run([SERVER, "--version"], check=True, capture_output=True, text=True).stdout.split()[-1]
    files = {
        "consult-server": (SERVER.read_bytes(), 0o755),
        "consult-server.service": (UNIT.encode(), 0o644),
        "consult-server.example.toml": (example(config).encode(), 0o644),
        **{name: ((ROOT / name).read_bytes(), 0o644) for name in ("README.md", "ARCHITECTURE.md", "LICENSE")},
    }
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, (data, _) in files.items())
    files["SHA256SUMS"] = (sums.encode(), 0o644)
    folder = f"consult-server-{version}"
    out = ROOT / "target" / "dist" / f"{folder}-linux-{platform.machine()}.tar.gz"
    out.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(out, "w:gz") as tar:
        for name, (data, mode) in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.size, entry.mode = len(data), mode
            tar.addfile(entry, io.BytesIO(data))
    print(out.relative_to(ROOT))


if __name__ == "__main__":
    main()
