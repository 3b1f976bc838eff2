"""Serves the page on this machine until it is interrupted."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from p2c_dsl.planners.preferences.humans.web import ADDRESS, application


def serve(answers: Path, who: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until interrupted; `port` 0 takes a free one.

    `ready` is called with the address once connections are accepted; anyone who has the address may answer.
    Raises `OSError` if the port cannot be used.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        # This allows a port that was in use a moment ago, but not one that is in use.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((ADDRESS, port))
        listening.listen()
        bound: int = listening.getsockname()[1]
        token = secrets.token_urlsafe(32)
        # An access log would contain the token.
        config = uvicorn.Config(
            application(answers, who, token, bound),
            log_level="warning",
            access_log=False,
            server_header=False,
        )
        ready(f"http://{ADDRESS}:{bound}/?token={token}")
        uvicorn.Server(config).run(sockets=[listening])
