"""The caches of the package's functions."""

from __future__ import annotations

import sys
from functools import _lru_cache_wrapper


def forget_all() -> None:
    """Empties them: what they hold was computed with other code, or would spare a measured piece of work."""
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "p2c_dsl"]
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, _lru_cache_wrapper):
                value.cache_clear()
