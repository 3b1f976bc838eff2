"""From files to a resolved spec: reads a file and all files that it uses, and resolves every name."""

from p2c_dsl.resolve.loading import Loaded, load, load_text

__all__ = ["Loaded", "load", "load_text"]
