"""The page that asks a person, as an application for one port of this machine.

Only someone with the token may talk to it. The token is in the address that is printed once, and then in a cookie that
scripts cannot read. Other pages in the same browser can neither write (a request that changes something must come from
the page's own origin, as JSON) nor read (nothing is shared across origins), not even under another name for this
machine (the `Host` must be one of ours, which stops DNS rebinding). Pages of other ports are other origins, although
the browser sends them the cookie: that is why the cookie alone does not allow changes.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from p2c_dsl.planners.preferences.comparison import LEFT, RIGHT
from p2c_dsl.planners.preferences.humans.display import displayed
from p2c_dsl.planners.preferences.humans.records import parsed
from p2c_dsl.planners.preferences.humans.store import LabelStore, StoreError

ADDRESS = "127.0.0.1"
_FILES = Path(__file__).parent / "page"
_VERDICTS: dict[str, int | None] = {"left": LEFT, "right": RIGHT, "skip": None}
_MOST_BYTES = 10_000
_MOST_ANSWERS = 2**63 - 1
"""The largest number that the store can give to an answer."""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def application(answers: Path, who: str, token: str, port: int) -> Starlette:
    """The application that asks `who` about the pairs in a store and stores the answers there."""
    page = _Page(answers, who, token, port)
    routes = [
        Route("/", page.index),
        *(Route(f"/{name}", page.file) for name in ("page.css", "page.js")),
        Route("/next", page.next),
        Route("/answer", page.answer, methods=["POST"]),
        Route("/undo", page.undo, methods=["POST"]),
        Route("/export", page.export),
    ]
    return Starlette(routes=routes, middleware=[Middleware(BaseHTTPMiddleware, dispatch=page.guard)])


class _Refused(Exception):
    """A request that is answered with a status and a reason only."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class _Page:
    def __init__(self, answers: Path, who: str, token: str, port: int) -> None:
        self.answers, self.who, self.token = answers, who, token
        self.hosts = frozenset({f"{ADDRESS}:{port}", f"localhost:{port}"})
        # Cookies do not know ports: without it in the name, two pages would log each other out.
        self.cookie = f"p2c_label_{port}"

    # ------------------------------------------------------------ access

    async def guard(self, request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        """Refuses what is not allowed, and adds the headers to every response."""
        try:
            entering = self._check(request)
            response = self._entered() if entering else await proceed(request)
        except _Refused as refused:
            response = PlainTextResponse(refused.reason, refused.status)
        except StoreError as error:
            response = PlainTextResponse(f"Not stored: {error}", 500)
        response.headers.update(_HEADERS)
        return response

    def _check(self, request: Request) -> bool:
        """Whether the request logs in with the token. Raises `_Refused` for what is not allowed."""
        host = request.headers.get("host", "")
        if host not in self.hosts:
            raise _Refused(421, "This is not the name of this server.")
        origin = request.headers.get("origin")
        if origin is not None and origin != f"http://{host}":
            raise _Refused(403, "Other pages may not talk to this one.")
        if request.method not in ("GET", "HEAD"):
            if origin is None:
                raise _Refused(403, "Only the page itself may change anything.")
            if request.headers.get("content-type", "").partition(";")[0] != "application/json":
                raise _Refused(415, "This takes JSON.")
        elif self._same(request.query_params.get("token", "")) and request.url.path == "/":
            return True
        if not self._same(request.cookies.get(self.cookie, "")):
            raise _Refused(403, "Open the address that p2c label has printed: it contains the token.")
        return False

    def _same(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self.token.encode())

    def _entered(self) -> Response:
        """Stores the token as a cookie, and removes it from the address."""
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(self.cookie, self.token, httponly=True, samesite="strict", path="/")
        return response

    # ------------------------------------------------------------ responses

    async def index(self, request: Request) -> Response:
        return FileResponse(_FILES / "index.html")

    async def file(self, request: Request) -> Response:
        return FileResponse(_FILES / request.url.path.removeprefix("/"))

    async def next(self, request: Request) -> Response:
        with LabelStore(self.answers) as store:
            return JSONResponse(self._state(store))

    async def answer(self, request: Request) -> Response:
        body = await _body(request)
        pair, verdict = body.get("pair"), body.get("verdict")
        if not isinstance(pair, str) or not isinstance(verdict, str) or verdict not in _VERDICTS:
            raise _Refused(422, f"An answer must name a pair and one of {', '.join(_VERDICTS)}.")
        with LabelStore(self.answers) as store:
            try:
                kept = store.answer(pair, _VERDICTS[verdict], time.time(), self.who)
            except KeyError:
                raise _Refused(404, "There is no such pair.") from None
            return JSONResponse(self._state(store, kept))

    async def undo(self, request: Request) -> Response:
        number = (await _body(request)).get("answer")
        if type(number) is not int or not 1 <= number <= _MOST_ANSWERS:
            raise _Refused(422, "`answer` must be the number of an answer.")
        with LabelStore(self.answers) as store:
            store.undo(number, time.time(), self.who)
            return JSONResponse(self._state(store))

    async def export(self, request: Request) -> Response:
        with LabelStore(self.answers) as store:
            lines = "".join(f"{record.line()}\n" for record in store.records())
        headers = {"Content-Disposition": 'attachment; filename="answers.jsonl"'}
        return Response(lines, media_type="application/jsonl", headers=headers)

    def _state(self, store: LabelStore, kept: bool = True) -> dict[str, Any]:
        pair, progress = store.next(self.who), store.progress(self.who)
        return {
            "pair": None if pair is None else displayed(pair),
            "progress": {name: getattr(progress, name) for name in ("answered", "skipped", "total")},
            "latest": store.latest(self.who),
            "kept": kept,
        }


async def _body(request: Request) -> dict[str, Any]:
    """A request's JSON object. Raises `_Refused` for anything else, and for a request that is too long."""
    received = b""
    try:
        async for part in request.stream():
            received += part
            if len(received) > _MOST_BYTES:
                raise _Refused(413, "The request is too long.")
    except ClientDisconnect:
        raise _Refused(400, "The request ends in the middle.") from None
    try:
        body = parsed(received.decode())
    except ValueError:
        raise _Refused(400, "The request is not JSON.") from None
    if not isinstance(body, dict):
        raise _Refused(422, "The request must be a JSON object.")
    return body
