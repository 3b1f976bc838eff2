"""The mistakes that are easy to make, one module for each concern."""
