"""The accepted compositions of a task, lexeme by lexeme."""
