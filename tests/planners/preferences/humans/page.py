"""A server of the page in a process of its own, that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

_CODE = """
import sys
from pathlib import Path
from p2c_dsl.planners.preferences.humans.serve import serve
serve(Path(sys.argv[1]), "Ada", int(sys.argv[2]), lambda address: print(address, flush=True))
"""


class Server:
    """Runs until it is stopped or killed; a client of it has entered with the token."""

    def __init__(self, answers: Path, port: int = 0) -> None:
        command = [sys.executable, "-c", _CODE, str(answers), str(port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.origin = self.address.partition("/?")[0]
        self.client = httpx.Client(base_url=self.origin, headers={"Origin": self.origin}, timeout=20)
        assert self.client.get(self.address).status_code == 303

    def answer(self, pair: str, verdict: str) -> httpx.Response:
        return self.client.post("/answer", json={"pair": pair, "verdict": verdict})

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.stop()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.client.close()
