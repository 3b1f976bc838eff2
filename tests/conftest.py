"""What holds for all tests."""

from __future__ import annotations

import os

# Tests run side by side, one to a core: more threads in each would only wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")
