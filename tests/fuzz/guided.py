"""One target under atheris, in a process of its own: `python -m tests.fuzz.guided TARGET SECONDS FOLDER`.

A fault does not end it: each is kept once, by its kind and place, with the smallest text that shows it.
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["p2c_dsl"]):
    from tests.fuzz.seeds import seeds, words
    from tests.fuzz.targets import MOST_CHARACTERS, TARGETS
    from tests.syntax.test_robustness import mutated

_SECONDS, _MEGABYTES = 20, 2048
"""What one text may take, before libFuzzer ends the process and keeps the text."""


def fuzz(target: str, seconds: int, folder: Path) -> None:
    """Fuzzes so long, and writes what it finds into the folder. Ends the process."""
    corpus, faults = folder / "corpus", folder / "faults"
    for made in (corpus, faults):
        made.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(seeds()):
        if len(text) <= MOST_CHARACTERS:
            (corpus / f"seed-{number:04}").write_text(text, encoding="utf-8")
    dictionary = folder / "words"
    dictionary.write_text("".join(f'"{_escaped(word)}"\n' for word in words()))

    def one(data: bytes) -> None:
        text = data.decode(errors="replace")
        try:
            TARGETS[target](text)
        except Exception as error:
            _keep(faults, error, text)

    options = {
        "max_total_time": seconds,
        "max_len": MOST_CHARACTERS,
        "timeout": _SECONDS,
        "rss_limit_mb": _MEGABYTES,
        "dict": dictionary,
        "artifact_prefix": f"{faults}/",
        "verbosity": 0,
        "print_final_stats": 1,
    }
    arguments = [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus)]
    atheris.Setup(arguments, one, custom_mutator=_mutated)
    atheris.Fuzz()


def _mutated(data: bytes, most: int, seed: int) -> bytes:
    """Half of the time what libFuzzer does, which knows bytes; otherwise pieces of the language are moved."""
    random = Random(seed)
    if random.random() < 0.5:
        return bytes(atheris.Mutate(data, most))
    return mutated(random, data.decode(errors="replace")).encode(errors="replace")[:most]


def _keep(faults: Path, error: Exception, text: str) -> None:
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/p2c_dsl/" in f.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    kind = f"{type(error).__name__}-{Path(last.filename).stem}-{last.lineno}"
    shown, said = faults / f"{kind}.p2c", faults / f"{kind}.txt"
    if not shown.exists() or len(text) < len(shown.read_text(encoding="utf-8")):
        shown.write_text(text, encoding="utf-8")
        said.write_text("".join(traceback.format_exception(error)), encoding="utf-8")


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\x0a")


if __name__ == "__main__":
    fuzz(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
