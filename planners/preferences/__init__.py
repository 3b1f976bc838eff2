"""What people prefer: solutions, features, comparisons, the reward model, and the people themselves."""
