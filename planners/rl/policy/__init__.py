"""The policy: a causal language model of which only masked probabilities are ever used."""
