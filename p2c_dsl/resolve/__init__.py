"""From files to a resolved spec: reads a file and all that it uses, and gives every name its meaning."""

from p2c_dsl.resolve.loading import Loaded, load, load_text

__all__ = ["Loaded", "load", "load_text"]
