"""Those who answer comparisons: simulated people, recorded answers, and a person at a page."""
