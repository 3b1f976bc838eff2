"""Lint's use of the machine: a composition's text is resolved and folded in one walk."""

from p2c_dsl.analysis.context import Finding
from p2c_dsl.analysis.walk import Analysis, analyze

__all__ = ["Analysis", "Finding", "analyze"]
