"""The search for a plan without a model: a first plan soon, then cheaper ones, until the cheapest is proved."""
