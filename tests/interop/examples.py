"""The example programs of the imaging crate, built when a test asks for them."""

import functools
import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def example(name):
    """The path of `imaging/examples/NAME.rs` as a program; `CONSULT_EXAMPLES` names a folder that has it."""
    given = os.environ.get("CONSULT_EXAMPLES")
    if given:
        return Path(given) / name
    command = ["cargo", "build", "--release", "--workspace", "--example", name, "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    made = [json.loads(line) for line in built.splitlines() if line.startswith("{")]
    return Path(next(m["executable"] for m in made if m.get("executable") and m["target"]["name"] == name))


def answer(name, *arguments):
    """What an example says in its line of JSON."""
    command = [example(name), *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
