"""Whoever answers comparisons: simulated people, recorded answers, and a person at a page."""
