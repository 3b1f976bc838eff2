"""A task's compositions as a context-free grammar, for engines that accept nothing else."""
