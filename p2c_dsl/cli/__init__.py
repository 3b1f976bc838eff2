"""The `p2c` command. What a command needs is imported when it runs, so that each starts fast."""

from __future__ import annotations

import gc
import os
import sys

EXIT_CLEAN, EXIT_FINDINGS, EXIT_USAGE, EXIT_INTERNAL, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def main() -> None:
    """Runs the command line and exits: 0 clean, 1 findings, 2 usage or unreadable input, 3 internal error."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from p2c_dsl import __version__

        print(f"p2c {__version__}")
        return
    # A command lives shortly and builds large trees that stay: collecting garbage as it goes costs a fifth.
    gc.disable()
    try:
        from p2c_dsl.cli.app import app

        app()
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FINDINGS)
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        if os.environ.get("P2C_DEBUG"):
            raise
        print(f"p2c: internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("This is a mistake in p2c. Please report it with the file that causes it;", file=sys.stderr)
        print("P2C_DEBUG=1 shows where it happened.", file=sys.stderr)
        sys.exit(EXIT_INTERNAL)
