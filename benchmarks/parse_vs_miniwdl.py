"""`p2c lint` compared with `miniwdl check`, on files of equal line count, in one run.

    python benchmarks/parse_vs_miniwdl.py [--lines 100 1000 3000 10000] [--repeat 5]

Both commands run as users run them, as separate processes, taking turns. Two shapes of file are
measured: `wide` has many declarations (WDL tasks; subtasks), `long` has one long body (a WDL workflow's calls; a
composition). A result is the median of the runs, including start-up; `ratio` is p2c's lines per second over miniwdl's.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

SPEC = """\
type User
type Place
effect contact(User)
effect reserve(Place)
subtask ask(user: User) -> Set[Place]:
    does contact(user)
subtask choose(prefs: Map[User, Set[Place]]) -> Place
subtask book(place: Place):
    does reserve(place)
task dinners(users: Set[User]):
    loops <= 1
    book.place from choose
    choose before reserve
compose dinners(users):
"""


def wide_p2c(lines: int) -> str:
    """Subtasks with a docstring, an effect and a cost, five lines each."""
    text = "type User\neffect contact(User)\n"
    block = (
        "\nsubtask ask{0}(user: User, limit: Int = 3) -> Set[User]:\n"
        '    """Ask."""\n    does contact(user)\n    cost 3\n'
    )
    return _filled(text, (block.format(i) for i in range(lines)), lines, "# {}\n")


def wide_wdl(lines: int) -> str:
    """Tasks with an input, a command and an output, five lines each."""
    block = "task t{0} {{\n  input {{ Int x }}\n  command {{ echo ~{{x}} }}\n  output {{ Int y = x }}\n}}\n"
    return _filled("version 1.0\n", (block.format(i) for i in range(lines)), lines, "# {}\n")


def long_p2c(lines: int) -> str:
    """A composition that asks, chooses and books repeatedly, five lines per dinner."""
    block = (
        "    prefs{0} = {{}}\n    for u in users:\n        prefs{0}[u] = ask(u)\n"
        "    r{0} = choose(prefs{0})\n    book(r{0})\n"
    )
    return _filled(SPEC, (block.format(i) for i in range(lines)), lines, "# {}\n")


def long_wdl(lines: int) -> str:
    """A workflow of calls, each of which uses the last one's result, five lines per call."""
    task = "task t {\n  input { Int x }\n  command { echo ~{x} }\n  output { Int y = x }\n}\n"
    head = f"version 1.0\n{task}workflow w {{\n"
    block = "  call t as t{1} {{\n    input:\n      x = t{0}.y\n  }}\n  Int z{1} = t{1}.y + 1\n"
    first = "  call t as t0 { input: x = 1 }\n"
    blocks = (block.format(i, i + 1) for i in range(lines))
    return _filled(head + first, blocks, lines - 1, "# {}\n") + "}\n"


def _filled(head: str, blocks: Iterator[str], lines: int, filler: str) -> str:
    """A file of exactly this many lines: whole blocks, then comments."""
    parts, count = [head], head.count("\n")
    for block in blocks:
        if count + block.count("\n") > lines:
            break
        parts.append(block)
        count += block.count("\n")
    parts += [filler.format(i) for i in range(lines - count)]
    return "".join(parts)


SHAPES: dict[str, tuple[Callable[[int], str], Callable[[int], str]]] = {
    "wide": (wide_p2c, wide_wdl),
    "long": (long_p2c, long_wdl),
}


def seconds(command: list[str]) -> float:
    """How long a command takes. Exits if the command fails."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - started
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return taken


def medians(commands: list[list[str]], repeat: int) -> list[float]:
    """The median time of each command; they take turns, so that a busy machine slows all alike."""
    for command in commands:
        seconds(command)
    runs = [[seconds(command) for command in commands] for _ in range(repeat)]
    return [statistics.median(times) for times in zip(*runs, strict=True)]


def compare(folder: Path, p2c: str, miniwdl: str, lines: int, shape: str, repeat: int) -> None:
    """Prints one line of the table."""
    for make, suffix in zip(SHAPES[shape], ("p2c", "wdl"), strict=True):
        text = make(lines)
        assert text.count("\n") == lines, (shape, suffix, lines, text.count("\n"))
        (folder / f"{shape}.{suffix}").write_text(text, encoding="utf-8")
    ours, theirs = medians(
        [
            [p2c, "lint", str(folder / f"{shape}.p2c")],
            [miniwdl, "check", "--no-quant-check", str(folder / f"{shape}.wdl")],
        ],
        repeat,
    )
    cells = (
        f"{ours:.3f}",
        f"{theirs:.3f}",
        f"{lines / ours:,.0f}",
        f"{lines / theirs:,.0f}",
        f"{theirs / ours:.1f}",
    )
    print(f"{shape:6}{lines:>7}" + "".join(f"{cell:>15}" for cell in cells), flush=True)


def start_up(folder: Path, p2c: str, miniwdl: str, repeat: int) -> None:
    """Prints how long the smallest jobs take."""
    small = folder / "small.p2c"
    small.write_text("type A\n", encoding="utf-8")
    wdl = folder / "small.wdl"
    wdl.write_text("version 1.0\nworkflow w {\n}\n", encoding="utf-8")
    commands = [[p2c, "--version"], [p2c, "lint", str(small)], [miniwdl, "check", str(wdl)]]
    for name, taken in zip(
        ("p2c --version", "p2c lint, one line", "miniwdl check, three lines"),
        medians(commands, repeat),
        strict=True,
    ):
        print(f"{name:28}{taken:.3f} s")


def main() -> None:
    """Writes the files, runs both commands and prints a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lines", type=int, nargs="+", default=[100, 1_000, 3_000, 10_000])
    parser.add_argument("--shapes", nargs="+", choices=sorted(SHAPES), default=["wide", "long"])
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    p2c, miniwdl = shutil.which("p2c"), shutil.which("miniwdl")
    if p2c is None or miniwdl is None:
        sys.exit("this needs both commands: pip install -e . miniwdl")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        start_up(folder, p2c, miniwdl, 2 * options.repeat)
        titles = ("p2c s", "miniwdl s", "p2c lines/s", "miniwdl lines/s", "ratio")
        print("shape   lines" + "".join(f"{title:>15}" for title in titles))
        for shape in options.shapes:
            for lines in options.lines:
                compare(folder, p2c, miniwdl, lines, shape, options.repeat)


if __name__ == "__main__":
    main()
