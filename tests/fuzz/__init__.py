"""A fuzzer, guided by coverage, over the parser, lint, fmt and fix: `python -m tests.fuzz`."""
