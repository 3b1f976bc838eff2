"""Whether any composition of a task can be accepted at all: a proof that none can, in one run, the worst."""
