"""An independent judge of runs: it reads a trace, the spec and the rules' lines, and nothing of the analyzer.

It is written straight from `docs/semantics.md`, as simply and literally as possible; nothing here may
import the machine, the rules or the run-time monitor.
"""

from tests.oracle.judge import broken_rules, ill_typed, is_broken

__all__ = ["broken_rules", "ill_typed", "is_broken"]
