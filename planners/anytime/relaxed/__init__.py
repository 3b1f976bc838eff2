"""What a composition still needs, if nothing that is done were ever in the way of what is to come."""
