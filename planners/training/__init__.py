"""Training: the loop of the paper's Figure 2, part by part."""
