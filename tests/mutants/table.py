"""The mutants: for every rule, and for what the rules share, the mistakes that are easy to make."""

from __future__ import annotations

from tests.mutants.faults.counts import COUNTS, KEYS
from tests.mutants.faults.order import GUARDS, ORDER
from tests.mutants.faults.shape import SHAPE, TYPES
from tests.mutants.faults.values import FLOW, PROVENANCE

MUTANTS = (*COUNTS, *KEYS, *ORDER, *GUARDS, *PROVENANCE, *FLOW, *SHAPE, *TYPES)
