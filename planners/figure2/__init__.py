"""The loop of Figure 2 of *Superalignment with Dynamic Human Values* (Mai et al., 2025), part by part."""
