"""How often each construct occurs in generated tasks. A change here changes what the small planner is trained on."""

from __future__ import annotations

IMPORTED = 0.3
"""Specs in the style of a server's list of tools: where most users' tools come from, but harder to tell apart."""
PLAIN_TEXT = (0.0, 0.0, 0.3, 0.7)
"""The share of types that are `Text` itself in an imported spec: half of the lists are narrowed by a person first."""
REMARK = 0.4
"""Docstrings of imported tools with a remark that has nothing to do with the task, as on real servers."""

TOOLS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 8, 12, 18, 30)
"""How many subtasks a spec has at least, each equally often; 0 adds none. Long specs cost training time with the square
of their length, so that most are short."""
UNCERTAIN = 0.15
"""Subtasks beside the task's own that may do anything: imported lists hold tools that nobody has signed off."""

GOALS = 0.3
"""Tasks whose rules say what is wanted, and not only the docstring; most people write prose first."""
VAGUE = 0.4
"""Where the rules say for which elements something is done: docstrings that leave it to them."""
WAIVED = 0.5
"""Where a check decides between two effects: tasks that want one unless the other is done: it only fits there."""
BOUNDED = 0.9
"""Tasks that limit their steps, and those that limit their loops: people want to be able to read a plan."""
APPROVAL = 0.12
"""Tasks in which an effect needs approval: it changes nothing of the composition, so that it is seldom worth a rule."""
GUARDED = 0.3
"""Checks that a rule asks for before an effect: the commonest rule of real specs, which chance would seldom pick."""
CHOSEN = (0, 0, 1, 1, 2, 3, 4)
"""How many of the other rules that the reference keeps are in the spec: few, so that the docstring has to be read."""

SYNONYM = 0.2
"""Docstrings of tasks with another verb than the subtask's name: people do not know the tools' names by heart."""
REVERSED = 0.2
"""Docstrings of several sentences that begin with what comes last, and say so."""
LISTED = 0.15
"""Docstrings of several sentences that number them."""
OPENED = 0.3
"""Docstrings that begin or end with words that ask for nothing."""

FIRST, LAST, RESULT = 0.1, 0.15, 0.12
"""Tasks with a goal before, after the others, and with a result: combinations are what is hardest to learn."""
MAIN_GOALS = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)
"""How many main goals a task has: one is learnt first, and two and three are what users have."""
EVERY = 0.6
"""Goals about values and records that are for every element, and not for one."""
OTHERWISE = 0.5
"""Comparisons where something is done in the other case, too."""
