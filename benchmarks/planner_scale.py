"""How the constrained decoder grows with the spec: 10 to 75 subtasks of 8 parameters, 12 steps, loops at most 2 deep.

    python benchmarks/planner_scale.py [--sizes 10 25 50 75] [--parameters 8] [--walks 5] [--effort 100]
                                       [--json FILE] [--plot FILE]

For each size a spec is generated (seeded), and random walks over the legal lexemes write compositions.
Reported: the time to the first set of legal lexemes (the first mask), the time for each later position, positions
visited, searches given up, and the memory that the automaton takes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
import tracemalloc
from pathlib import Path
from random import Random

from p2c_dsl.planners import END, Automaton
from p2c_dsl.planners.automaton.automaton import EFFORT
from p2c_dsl.resolve import load_text


def spec_text(size: int, parameters: int, seed: int = 0) -> str:
    """A spec with `size` subtasks, some of which need the results of others, with effects, order and keys."""
    random = Random(seed)
    kinds = [f"T{i}" for i in range(5)]
    lines = [f"type {kind}" for kind in kinds]
    lines += ["type Person", "type Place", "effect contact(Person)", "effect commit(Place) irreversible"]
    for number in range(size):
        level, place = divmod(number * len(kinds), size)
        first = place < len(kinds)
        below = ["Person", "Place", *kinds[:level]]
        own = [random.choice(below) for _ in range(parameters)]
        listed = ", ".join(f"p{i}: {kind}" for i, kind in enumerate(own))
        result = kinds[level] if first or number % 5 else f"Set[{kinds[level]}]"
        lines.append(f"subtask s{number}({listed}) -> {result}:")
        does = [i for i, kind in enumerate(own) if kind == "Person"]
        contacts = does and not first and number % 4 == 0
        lines.append(f"    does contact(p{does[0]})" if contacts else f"    cost {number % 3}")
    lines.append(f"subtask finish(what: {kinds[-1]}, where: Place):")
    lines.append("    does commit(where)")
    lines += [
        "task job(person: Person, place: Place, people: Set[Person] <= 5, places: Set[Place] <= 5):",
        "    loops <= 2",
        "    steps <= 12",
        "    at least 1 commit",
        "    at most 1 commit per Place",
        "    at most 2 contact per Person",
        f"    finish.what from s{size - 1}, s{size - 2}, s{size - 3}",
        "    s0 before commit",
        "    no contact after commit",
    ]
    return "\n".join(lines) + "\n"


def measure(size: int, parameters: int, walks: int, effort: int) -> dict[str, float]:
    """The figures for one size: seconds, counts, and mebibytes."""
    loaded = load_text(spec_text(size, parameters), "<scale>", Path())
    assert not loaded.diagnostics, loaded.diagnostics[0].message
    task = loaded.spec.tasks["job"]
    tracemalloc.start()
    started_at = time.perf_counter()
    automaton = Automaton(loaded.spec, task, 300, effort=effort)
    started = time.perf_counter() - started_at
    started_at = time.perf_counter()
    automaton.legal(automaton.start)
    first = time.perf_counter() - started_at
    times: list[float] = []
    lengths: list[int] = []
    for seed in range(walks):
        random, position = Random(seed), automaton.start
        length = 0
        while not position.ended:
            started_at = time.perf_counter()
            legal = automaton.legal(position)
            times.append(time.perf_counter() - started_at)
            lexeme = random.choice(legal)
            length += lexeme != END
            position = automaton.step(position, lexeme)
        lengths.append(length)
    memory, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    times.sort()
    return {
        "subtasks": size,
        "start_s": started,
        "first_mask_s": first,
        "median_ms": 1000 * statistics.median(times),
        "p99_ms": 1000 * times[int(len(times) * 0.99)],
        "positions": len(times),
        "mean_lexemes": statistics.mean(lengths),
        "lines_tried": automaton.completions.spent,
        "given_up": automaton.completions.given_up,
        "memory_mb": memory / 2**20,
    }


def plot(rows: list[dict[str, float]], path: Path) -> None:
    """Plots how time and memory grow with the number of subtasks."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    panels = (
        ("seconds to the first mask", lambda row: row["start_s"] + row["first_mask_s"]),
        ("ms for a position, median", lambda row: row["median_ms"]),
        ("MiB of the automaton", lambda row: row["memory_mb"]),
    )
    figure, axes = plt.subplots(1, len(panels), figsize=(9, 2.6), layout="constrained")
    sizes = [row["subtasks"] for row in rows]
    for axis, (title, of) in zip(axes, panels, strict=True):
        axis.plot(sizes, [of(row) for row in rows], marker="o")
        axis.set(title=title, xlabel="subtasks", ylim=(0, None), xticks=sizes)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 25, 50, 75])
    parser.add_argument("--parameters", type=int, default=8)
    parser.add_argument("--walks", type=int, default=5)
    parser.add_argument("--effort", type=int, default=EFFORT)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path, help="write an SVG of the growth")
    options = parser.parse_args()
    rows = []
    for size in options.sizes:
        row = measure(size, options.parameters, options.walks, options.effort)
        rows.append(row)
        print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    if options.plot:
        plot(rows, options.plot)


if __name__ == "__main__":
    main()
