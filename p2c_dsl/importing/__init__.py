"""Imports the tools that agents call as specs that people can read.

A tool list (of the Model Context Protocol, a model's API, an OpenAPI document, or Python functions) becomes the text
of a `.p2c` file. Statements of a tool about itself are recorded as claims only.
"""

from p2c_dsl.importing.drift import Difference, drift, names_of
from p2c_dsl.importing.model import ImportProblem, Refusal, Tool, ToolList
from p2c_dsl.importing.render import MARK, Imported, spec_of, spec_of_list

__all__ = [
    "MARK",
    "Difference",
    "ImportProblem",
    "Imported",
    "Refusal",
    "Tool",
    "ToolList",
    "drift",
    "names_of",
    "spec_of",
    "spec_of_list",
]
