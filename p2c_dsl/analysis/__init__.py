"""Lint's use of the machine: a composition's text is resolved and folded in one walk."""

from p2c_dsl.analysis.context import MOST_FINDINGS, Analysis, Finding
from p2c_dsl.analysis.resolve_and_fold import analyze

__all__ = ["MOST_FINDINGS", "Analysis", "Finding", "analyze"]
