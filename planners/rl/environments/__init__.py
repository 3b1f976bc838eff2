"""Where a policy acts: what it may write, and what becomes of it."""
