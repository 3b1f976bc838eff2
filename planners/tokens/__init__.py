"""The automaton token by token, for any vocabulary: token masks, and what engines take them from."""
