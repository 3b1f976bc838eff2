"""Two processes on the CPU, as `accelerate launch` starts them, are one big batch."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("accelerate")

import torch

from tests.planners.rl.toy import alone
from tests.planners.rl.two_processes import gradient

ROOT = Path(__file__).parents[3]


def run_processes(folder: Path, count: int = 2) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shared = {
        "WORLD_SIZE": str(count),
        "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": str(port),
        "OMP_NUM_THREADS": "1",
    }
    shared |= {"ACCELERATE_USE_CPU": "true", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.planners.rl.two_processes", str(folder)]
    started = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, **shared, "RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank in range(count)
    ]
    assert [process.wait(240) for process in started] == [0] * count


@pytest.mark.slow
def test_two_processes_have_the_gradient_of_one_big_batch(tmp_path: Path) -> None:
    run_processes(tmp_path)
    expected, metrics = gradient(1, 0, alone)
    parts = [torch.load(tmp_path / f"{rank}.pt") for rank in range(2)]
    for found, told, weights, updates in parts:
        assert float((found - expected).abs().max() / expected.abs().max()) < 1e-6
        assert told == pytest.approx(metrics, abs=1e-6)
        # They stay together: equal weights after updates on different episodes.
        assert torch.equal(weights, parts[0][2])
        assert updates[-1]["charts/episodes"] == 16
        assert updates[-1]["losses/policy_loss"] == parts[0][3][-1]["losses/policy_loss"]
