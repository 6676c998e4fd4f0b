#!/usr/bin/env python3
"""Fails when the committed API description or the types made from it are not what the server says now.

`python3 tests/drift.py --write` brings both up to date.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVER = ROOT / "target" / "release" / "consult-server"
DESCRIPTION = ROOT / "web" / "openapi.json"
TYPES = ROOT / "web" / "src" / "lib" / "schema.d.ts"


def types_of(description):
    out = ROOT / "target" / "schema.d.ts"
    subprocess.run(["npx", "openapi-typescript", str(description), "-o", str(out)], cwd=ROOT / "web", check=True, stdout=subprocess.DEVNULL)
    return out.read_text()


def main():
    said = subprocess.run([SERVER, "openapi"], check=True, capture_output=True, text=True).stdout
    if "--write" in sys.argv:
        DESCRIPTION.write_text(said)
        TYPES.write_text(types_of(DESCRIPTION))
        return 0
    drifted = []
    if not DESCRIPTION.exists() or DESCRIPTION.read_text() != said:
        drifted.append(str(DESCRIPTION.relative_to(ROOT)))
    else:
        if not TYPES.exists() or TYPES.read_text() != types_of(DESCRIPTION):
            drifted.append(str(TYPES.relative_to(ROOT)))
    for file in drifted:
        print(f"{file} is not what the server says: run `python3 tests/drift.py --write`")
    return 1 if drifted else 0


if __name__ == "__main__":
    sys.exit(main())
