"""JSON Schemas as the types of the language."""
