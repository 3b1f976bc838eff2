"""The domain's rules, said of the parts that a solution is composed of."""
