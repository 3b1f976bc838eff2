"""Fuzzes the targets one after the other: `python -m tests.fuzz [TARGET …] [--seconds N] [--folder FOLDER]`.

A folder that is named keeps what was found, and the corpus to go on from. Ends with status 1 if there is a fault.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.targets import TARGETS


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Looks for texts that break p2c.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(TARGETS)}; by default all")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--folder", type=Path, help="by default a new one")
    options = parser.parse_args()
    if unknown := set(options.targets) - set(TARGETS):
        parser.error(f"there is no target {', '.join(sorted(unknown))}")
    if find_spec("atheris") is None:
        parser.error("this takes atheris: pip install 'p2c-dsl[fuzz]'")
    folder = options.folder or Path(tempfile.mkdtemp(prefix="p2c-fuzz-"))
    faults = [f for target in options.targets or TARGETS for f in fuzzed(target, options.seconds, folder / target)]
    print(f"{len(faults)} faults" + (f": {', '.join(map(str, faults))}" if faults else ""))
    return bool(faults)


def fuzzed(target: str, seconds: int, folder: Path) -> list[Path]:
    """The texts that show the faults of a target. What libFuzzer says is in the folder's log."""
    print(f"{target}: {seconds} s, in {folder}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("w+", encoding="utf-8", errors="replace") as log:
        command = [sys.executable, "-m", "tests.fuzz.guided", target, str(seconds), str(folder)]
        done = subprocess.run(command, stdout=log, stderr=log, check=False)
        log.seek(0)
        print("".join(line for line in log if line.startswith("stat::")), end="", flush=True)
    faults = [f for f in sorted(folder.glob("faults/*")) if f.suffix != ".txt"]
    return faults if faults or not done.returncode else [folder / "log"]


if __name__ == "__main__":
    sys.exit(main())
