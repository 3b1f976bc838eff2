"""A smaller run of `benchmarks/acceptance.py`: all that a model of random weights writes under the mask is accepted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("llguidance")

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_all_samples_over_domains_and_generated_specs_are_accepted(tmp_path: Path) -> None:
    command = [sys.executable, "benchmarks/acceptance.py", "--specs", "25", "--each", "8", "--steps", "4"]
    command += ["--json", str(tmp_path / "counts.json")]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = json.loads((tmp_path / "counts.json").read_text())
    assert counts["sampled"] >= 200 and counts["dead_ends"] == 0
    assert counts["accepted"] == counts["in_time"] == counts["sampled"]
    assert counts["different"] > counts["specs"]
