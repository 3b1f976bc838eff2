"""Specs for planners: satisfiable ones around a hidden plan, ones with a planted conflict, and small ones."""
