"""The measure of part-to-complete generalization: cells, their statistics, and one report."""
