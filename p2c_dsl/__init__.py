"""A typed composition language with an analyzer, for plans that cannot break their rules."""

__version__ = "0.1.0"
