"""A server of the Model Context Protocol over stdio, used through the official library."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from p2c_dsl.importing.mcp_tools import list_in
from p2c_dsl.importing.model import ImportProblem, Tool, ToolList
from p2c_dsl.runtime.tools import Outcome

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from mcp import ClientSession

_TAIL = 600
_MOST_PAGES = 1000


HAPPENED = "p2c/happened"
"""The key of a result's `_meta` under which a tool reports the names of the `may` effects that happened."""


class ToolFailed(Exception):
    """A tool call that returned an error, timed out, or was not answered."""


class Server:
    """A running server. Its methods block; the library's event loop runs in a thread of its own."""

    def __init__(self, session: ClientSession, portal: BlockingPortal, log: IO[str], timeout: float) -> None:
        self._session, self._portal, self._log, self._timeout = session, portal, log, timeout

    def tools(self) -> list[Tool]:
        """All that it lists. Raises `ImportProblem`."""
        return self.tool_list().strict()

    def tool_list(self) -> ToolList:
        """Its tools, and those that are too odd. Raises `ImportProblem`."""
        return list_in(self._listed())

    def names(self) -> set[str]:
        """The names of all that it lists. Raises `ImportProblem`."""
        return {str(tool["name"]) for tool in self._listed()}

    def _listed(self) -> list[dict[str, Any]]:
        """All pages of its answer to `tools/list`."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        for _ in range(_MOST_PAGES):
            try:
                page = self._portal.call(self._page, cursor)
            except Exception as error:
                raise ImportProblem(f"the server does not list its tools: {self._reason(error)}") from None
            found += [tool.model_dump(by_alias=True, exclude_none=True, mode="json") for tool in page.tools]
            if page.next_cursor is None or page.next_cursor == cursor:
                return found
            cursor = page.next_cursor
        raise ImportProblem(f"the server's list of tools has more than {_MOST_PAGES} pages")

    def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Calls a tool. Returns its structured result, or else its text, or else all of its content.

        The result is wrapped in an `Outcome` if the tool reports effects. Raises `ToolFailed`.
        """
        try:
            result = self._portal.call(self._call, name, arguments)
        except Exception as error:
            raise ToolFailed(f"`{name}`: {self._reason(error)}") from None
        text = "\n".join(filter(None, map(_text, result.content)))
        if result.is_error:
            raise ToolFailed(f"`{name}` returned an error: {text or 'no message'}")
        value = result.structured_content
        if value is None:
            value = _unstructured(result.content, text)
        happened = (result.meta or {}).get(HAPPENED)
        if happened is None:
            return value
        if not isinstance(happened, list) or not all(isinstance(effect, str) for effect in happened):
            raise ToolFailed(f"`{name}`: `{HAPPENED}` is not a list of effect names")
        return Outcome(value, frozenset(happened))

    async def _page(self, cursor: str | None) -> Any:
        from anyio import fail_after
        from mcp.types import PaginatedRequestParams

        with fail_after(self._timeout):
            return await self._session.list_tools(params=PaginatedRequestParams(cursor=cursor))

    async def _call(self, name: str, arguments: dict[str, Any]) -> Any:
        from anyio import fail_after

        with fail_after(self._timeout):
            return await self._session.call_tool(name, arguments)

    def _reason(self, error: Exception) -> str:
        return _reason(error, self._log, self._timeout)


def _text(block: Any) -> str | None:
    if block.type == "text":
        return str(block.text)
    return getattr(block.resource, "text", None) if block.type == "resource" else None


def _unstructured(content: Sequence[Any], text: str) -> Any:
    """The text if all of the content is text; pictures, sound and links are data that fits only an opaque type."""
    if all(_text(block) is not None for block in content):
        return text
    return [block.model_dump(by_alias=True, exclude_none=True, mode="json") for block in content]


@contextmanager
def connect(command: Sequence[str], timeout: float) -> Iterator[Server]:
    """Starts a server and ends it afterwards. `timeout` is in seconds, for each answer.

    Raises `ImportProblem` when it cannot be started, or the library is not installed.
    """
    try:
        from anyio.from_thread import start_blocking_portal
        from mcp import ClientSession, StdioServerParameters, stdio_client
    except ImportError:
        raise ImportProblem("this needs the extra `mcp`: pip install 'p2c-dsl[mcp]'") from None
    if not command:
        raise ImportProblem("no command to start a server was given")
    parameters = StdioServerParameters(command=command[0], args=list(command[1:]))
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log,
        start_blocking_portal() as portal,
    ):
        server: Server | None = None
        try:
            with (
                portal.wrap_async_context_manager(stdio_client(parameters, errlog=log)) as (reading, writing),
                portal.wrap_async_context_manager(ClientSession(reading, writing)) as session,
            ):
                portal.call(_initialize, session, timeout)
                server = Server(session, portal, log, timeout)
                yield server
        except (Exception, BaseExceptionGroup) as error:
            if server is not None or not isinstance(_innermost(error), Exception):
                # The exception of the caller's own block, without the groups that the library's tasks wrap around it.
                raise _innermost(error) from None
            shown = " ".join(command)
            raise ImportProblem(f"the server `{shown}` could not be started: {_reason(error, log, timeout)}") from None


async def _initialize(session: ClientSession, timeout: float) -> None:
    from anyio import fail_after

    with fail_after(timeout):
        await session.initialize()


def list_tools(command: Sequence[str], timeout: float) -> ToolList:
    """Starts a server and lists its tools. Raises `ImportProblem`."""
    with connect(command, timeout) as server:
        return server.tool_list()


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _reason(error: BaseException, log: IO[str], timeout: float) -> str:
    """What went wrong, with the end of what the server wrote to stderr."""
    error = _innermost(error)
    if isinstance(error, TimeoutError):
        reason = f"no answer within {timeout:g} s"
    elif isinstance(error, FileNotFoundError):
        reason = "command not found"
    else:
        reason = f"{type(error).__name__}: {error}".rstrip(": ")
    log.flush()
    log.seek(0)
    written = log.read().strip()[-_TAIL:]
    return f"{reason}; its stderr ends with {json.dumps(written, ensure_ascii=False)}" if written else reason
