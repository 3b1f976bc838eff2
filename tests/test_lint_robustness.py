"""Whatever a file holds, lint tells what is wrong with it, at a place, and does not fail."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from p2c_dsl.lint import lint_file
from tests.syntax.test_robustness import EXAMPLES, mutated, noise, soup

LONGEST = 5.0


def broken_file(rng: random.Random, folder: Path) -> Path:
    """A file that nobody would write: a mutated example, random tokens or characters, or random bytes."""
    kind = rng.choice(("example", "example", "bytes", "soup", "noise"))
    example = rng.choice(EXAMPLES)
    text = example.read_text(encoding="utf-8").replace('use "', f'use "{example.parent.as_posix()}/')
    make = {"soup": soup, "noise": noise}.get(kind)
    text = mutated(rng, text) if make is None else make(rng)
    data = text.encode("utf-8", errors="surrogatepass")
    if kind == "bytes":
        place = rng.randrange(len(data) + 1)
        data = data[:place] + rng.randbytes(rng.randint(1, 4)) + data[place:]
    path = folder / "broken.p2c"
    path.write_bytes(data)
    return path


def check(seed: int, folder: Path) -> None:
    path = broken_file(random.Random(seed), folder)
    started = time.process_time()
    report = lint_file(path, counterexamples=seed % 10 == 0)
    assert time.process_time() - started < LONGEST, f"seed {seed} takes too long"
    for diagnostic in report.diagnostics:
        assert diagnostic.message
        span = diagnostic.location.span
        assert 0 <= span.start <= span.end <= len(diagnostic.location.source.text) + 1, f"seed {seed}"


def test_no_file_fails(tmp_path: Path) -> None:
    for seed in range(400):
        check(seed, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(50))
def test_no_file_fails_at_full_size(batch: int, tmp_path: Path) -> None:
    for seed in range(1000 + batch * 1000, 1000 + (batch + 1) * 1000):
        check(seed, tmp_path)
