"""The lines that may come next in a composition: every canonical line that the machine does not object to."""
