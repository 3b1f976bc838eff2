"""Generated tasks, part by part: words, declarations, families of goals, rules, and worlds."""
