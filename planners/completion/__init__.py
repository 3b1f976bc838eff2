"""Whether and how cheaply a composition can be completed: bounds, relaxed plans, and the search between them."""
