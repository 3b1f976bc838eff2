"""Small specs that planners found hard, each of one kind, alone and beside tools that the task does not need."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from tests.generators.planning.distractors import tool
from tests.generators.planning.words import Words

OTHERS = (0, 30, 100, 300)

# Those that begin with "cannot" have no plan. "only through a map's look-up" has none alone, but beside a tool that can
# be called without arguments it has: what the tool gives can be a key, and a missing key ends the run.
_CASES = {
    "map without loops": """
type Parcel
type Weighed
subtask weigh(parcel: Parcel) -> Weighed
task weigh_all(parcels: Set[Parcel]) -> Map[Parcel, Weighed]
""",
    "deep field": """
type Street = Text
record Address:
    street: Street
    city: Text
record Client:
    name: Text
    address: Optional[Address]
record Parcel:
    sender: Client
    receiver: Optional[Client]
    fragile: Bool
enum Size:
    small
    large
type Stamped
subtask measure(parcel: Parcel) -> Size:
    cost 1
subtask price(parcel: Parcel, size: Size) -> Int
subtask stamp(parcel: Parcel, size: Size, price: Int) -> Stamped
task stamp_all(parcels: Set[Parcel]) -> Map[Parcel, Stamped]:
    loops <= 1
""",
    "order in a loop": """
record Sender:
    name: Text
    known: Bool
record Letter:
    sender: Sender
    about: Optional[Sender]
    body: Text
enum Topic:
    praise
    complaint
    other
type Filed
effect file_away(Letter)
effect answer(Letter) irreversible
subtask topic_of(letter: Letter) -> Topic:
    cost 2
subtask urgency_of(letter: Letter, topic: Topic) -> Int:
    cost 1
subtask is_rude(letter: Letter) -> Bool
subtask put_in_folder(letter: Letter, topic: Topic, urgency: Int) -> Filed:
    does file_away(letter)
subtask write_back(letter: Letter, text: literal Text):
    does answer(letter)
task read_mail(letters: Set[Letter] <= 40) -> Map[Letter, Filed]:
    loops <= 1
    branches <= 1
    at most 1 file_away per Letter
    put_in_folder.topic from topic_of
    put_in_folder.urgency from urgency_of
    answer only if is_rude(letter)
    no answer after file_away
    cost <= 200
""",
    "carried into a later loop": """
type Guest
type Diet
type Menu
type Dish
effect serve(Guest)
subtask diet_of(guest: Guest) -> Diet
subtask compose_menu(diets: Map[Guest, Diet]) -> Menu
subtask choose_dish(menu: Menu, diet: Diet) -> Dish
subtask bring(guest: Guest, dish: Dish):
    does serve(guest)
task feed(guests: Set[Guest] >= 1 <= 12):
    loops <= 1
    at least 1 serve
    at most 1 serve per Guest
    compose_menu before serve
    no diet_of after serve
""",
    "nothing is asked for": """
type Photo
type Album
subtask blurred(photo: Photo) -> Bool
subtask put_into(photo: Photo, album: Album)
task sort_photos(photos: Set[Photo], album: Album):
    loops <= 1
""",
    "guarded, perhaps never": """
type Photo
type Print
effect discard(Photo) irreversible
effect keep(Photo)
subtask scan(photo: Photo) -> Print:
    does keep(photo)
subtask same(photo: Photo, print: Print) -> Bool
subtask throw_away(photo: Photo):
    does discard(photo)
task tidy(photos: Set[Photo] >= 1 <= 50, old: Photo):
    loops <= 1
    keep before discard
    discard only if same(photo, _)
    at most 1 discard per Photo
""",
    "a bound that may be too high": """
type Pair
subtask tie(one: Pair, two: Pair, three: Pair)
task any(pairs: Set[Pair])
""",
    "cannot: a guard may say no": """
type Disk
effect wipe(Disk)
subtask empty(disk: Disk) -> Bool
subtask format_disk(disk: Disk):
    does wipe(disk)
task clean(disks: Set[Disk] >= 1):
    wipe only if empty(disk)
    at least 1 wipe
""",
    "only through a map's look-up": """
type Disk
effect wipe(Disk)
subtask format_disk(disk: Disk):
    does wipe(disk)
task clean(disks: Set[Disk]):
    at least 1 wipe
""",
    "cannot: nothing gives it": """
type Disk
type Password
effect wipe(Disk)
subtask format_disk(disk: Disk, password: Password):
    does wipe(disk)
task clean(disks: Set[Disk] >= 1):
    at least 1 wipe
""",
    "cannot: twice, and once at most": """
type Disk
effect wipe(Disk)
subtask format_disk(disk: Disk):
    does wipe(disk)
task clean(disk: Disk):
    at least 2 wipe
    at most 1 wipe
""",
}


def _chain(length: int) -> str:
    """Calls on one type, in an order that the rules fix, the last one first."""
    lines = ["type Draft"]
    for i in range(length):
        lines += [f"effect step{i}(Draft)", f"subtask do{i}(draft: Draft) -> Draft:", f"    does step{i}(draft)"]
    rules = [f"    exactly 1 step{i}" for i in range(length)]
    rules += [f"    step{i + 1} before step{i}" for i in range(length - 1)]
    return "\n".join([*lines, "task finish(draft: Draft):", "    loops <= 0", *rules]) + "\n"


def _types_into_map(length: int) -> str:
    """Calls on one type after the other, the last result in a map."""
    lines = [f"type Stage{i}" for i in range(length + 1)]
    lines += [f"subtask pass{i}(thing: Stage{i}) -> Stage{i + 1}" for i in range(length)]
    return "\n".join([*lines, f"task run_all(things: Set[Stage0]) -> Map[Stage0, Stage{length}]"]) + "\n"


def _optional_parameters(count: int) -> str:
    """A tool with parameters that nobody needs to give."""
    more = "".join(f", option{i}: Optional[Text] = None" for i in range(count))
    return f"""
effect reply
subtask find_threads(owner: Text, board: Text{more}) -> Text
subtask open_thread(number: Float, owner: Text, board: Text) -> Text
subtask write_reply(number: Float, owner: Text, board: Text) -> Text:
    does reply
task respond(owner: Text, board: Text, number: Int):
    exactly 1 reply
    open_thread before reply
    steps <= 4
    loops <= 0
    branches <= 0
"""


def _makers(count: int) -> str:
    """Many subtasks with six parameters for each type, of which one has to be chosen five times over."""
    random = Random(f"makers {count}")
    levels = [f"Level{i}" for i in range(5)]
    lines = [f"type {name}" for name in (*levels, "Worker", "Site")]
    lines += ["effect call_up(Worker)", "effect open_site(Site) irreversible"]
    for number in range(count):
        level, place = divmod(number * len(levels), count)
        below = ["Worker", "Site", *levels[:level]]
        own = [random.choice(below) for _ in range(6)]
        listed = ", ".join(f"part{i}: {of}" for i, of in enumerate(own))
        many = place >= len(levels) and number % 4 == 0
        lines.append(f"subtask make{number}({listed}) -> {f'Set[{levels[level]}]' if many else levels[level]}:")
        calls = "Worker" in own and number % 3 == 0 and place >= len(levels)
        lines.append(f"    does call_up(part{own.index('Worker')})" if calls else f"    cost {number % 3}")
    lines += ["subtask finish(what: Level4, site: Site):", "    does open_site(site)"]
    head = "task build(worker: Worker, site: Site, workers: Set[Worker] <= 5, sites: Set[Site] <= 5):"
    rules = ["loops <= 2", "steps <= 14", "at least 1 open_site", "at most 1 open_site per Site",
             "at most 2 call_up per Worker", "no call_up after open_site",
             f"finish.what from make{count - 1}, make{count - 2}", "make0 before open_site"]  # fmt: skip
    return "\n".join([*lines, head, *(f"    {rule}" for rule in rules)]) + "\n"


def cases() -> Iterator[tuple[str, str]]:
    """The names and texts of all cases."""
    families = {
        **_CASES,
        **{f"chain of {n}": _chain(n) for n in (4, 8, 10, 14)},
        **{f"{n} types into a map": _types_into_map(n) for n in (4, 8, 14)},
        **{f"{n} optional parameters": _optional_parameters(n) for n in (0, 4, 8, 12)},
        "150 makers": _makers(150),
    }
    for name, text in families.items():
        for count in OTHERS:
            yield f"{name}, beside {count}" if count else name, beside(text, count)


def beside(text: str, count: int) -> str:
    """A spec with that many more tools, half of them before its task's end and its own subtasks."""
    random = Random(f"beside {count}")
    words = Words(random)
    return "\n".join(tool(random, words) for _ in range(count)) + "\n" + text
