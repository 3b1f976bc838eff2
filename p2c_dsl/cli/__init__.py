"""The `p2c` command. Each command imports what it needs when it runs, so that all start fast."""

from __future__ import annotations

import gc
import os
import sys

from p2c_dsl.cli import streams

EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, EXIT_INTERNAL = 0, 1, 2, 3
EXIT_INTERRUPTED, EXIT_TERMINATED = 130, 143


def main() -> None:
    """Runs the command line and exits: 0 clean, 1 findings, 2 usage error or unreadable input, 3 internal error."""
    streams.prepare()
    if sys.argv[1:] in (["--version"], ["-V"]):
        from p2c_dsl import __version__

        print(f"p2c {__version__}", flush=True)
        return
    # A command is short and builds large trees that stay: collecting garbage would take a fifth of its time.
    gc.disable()
    try:
        from p2c_dsl.cli.app import app, named

        # Typer itself ends the process on a usage error, a closed pipe and an interrupt.
        app(named(sys.argv[1:]))()
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except SystemExit as end:
        # Typer ends with the status of findings when the reader of a pipe has left.
        sys.exit(streams.EXIT_READER_LEFT if isinstance(end.__context__, BrokenPipeError) else end.code)
    except Exception as error:
        if os.environ.get("P2C_DEBUG"):
            raise
        failed = streams.failed_stream(error)
        if failed is not None:
            sys.exit(streams.lost(failed))
        print(f"p2c: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a bug in p2c. Please report it with the file that causes it;", file=sys.stderr)
        print("P2C_DEBUG=1 shows the traceback.", file=sys.stderr)
        sys.exit(EXIT_INTERNAL)
