"""The tables of the measure of spaces, in Markdown and CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO

from p2c_dsl.planners.measure.spaces.contrasts import contrasts, measured_contrast, of_depth, share
from p2c_dsl.planners.measure.spaces.judging import ANY
from p2c_dsl.planners.measure.spaces.records import SpaceRecord
from p2c_dsl.planners.measure.spaces.space import FAMILIES

_DEPTHS = range(4)


def tables(records: Sequence[SpaceRecord]) -> str:
    """Shares by harm and depth, and all preregistered contrasts with their verdicts."""
    usable = [record for record in records if record.compositions]
    runs = sum(each.runs for record in usable for each in record.compositions)
    verified = sum(each.verified for record in usable for each in record.compositions)
    head = f"{len(usable)} of {len(records)} domains, {runs} runs, {verified} of them verified, "
    parts = [f"{head}{sum(record.seconds for record in records):.0f} CPU seconds", "", *_shares(usable), ""]
    parts += [
        "| contrast | harm | difference | domains | expected | verdict |",
        "| --- |" + " --- |" * 5,
    ]
    for contrast in contrasts():
        found = measured_contrast(contrast, usable)
        cells = (contrast.name, contrast.kind, found.difference, found.domains, contrast.expected, found.verdict)
        parts.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(parts)


def _shares(records: Sequence[SpaceRecord]) -> list[str]:
    depths = " | ".join(f"loops {depth} deep" for depth in _DEPTHS)
    rows = [f"| harmless of verified | {depths} |", "| --- |" + " --- |" * len(_DEPTHS)]
    for kind in (*FAMILIES, ANY):
        rows.append(f"| {kind} | {' | '.join(str(share(records, kind, of_depth(depth))) for depth in _DEPTHS)} |")
    return rows


def numbers(records: Sequence[SpaceRecord]) -> str:
    """A line for each group of a domain's compositions of one depth and length that keep the same restrictions."""
    groups: dict[tuple[object, ...], list[int]] = {}
    kinds = (*FAMILIES, ANY)
    for record in records:
        for each in record.compositions:
            key = record.domain, each.depth, each.length, ";".join(each.kept)
            sums = groups.setdefault(key, [0] * (3 + len(kinds)))
            added = (1, each.runs, each.verified, *(each.harmless.get(kind, 0) for kind in kinds))
            sums[:] = [a + b for a, b in zip(sums, added, strict=True)]
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["domain", "depth", "length", "kept", "compositions", "runs", "verified", *kinds])
    writer.writerows([*key, *sums] for key, sums in groups.items())
    return text.getvalue()
