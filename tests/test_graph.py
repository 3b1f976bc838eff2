"""A composition's graph: what stands where, and what flows."""

from pathlib import Path

import networkx as nx
from inline_snapshot import snapshot

from p2c_dsl.analysis import analyze
from p2c_dsl.graph import dot, graph_of, mermaid
from p2c_dsl.program import Program
from p2c_dsl.resolve import load_text
from p2c_dsl.syntax.nodes import ComposeDecl

SPEC = """
record User:
    name: Name
    home: Place
type Name
type Place
type Ticket
type Note
effect pay(Ticket) irreversible
effect log()
subtask fits(ticket: Ticket, name: Name) -> Bool:
    may log()
subtask find(home: Place, name: Name) -> Ticket
subtask buy(ticket: Ticket) -> Note:
    does pay(ticket)
task travel(users: Set[User]) -> Map[User, Note]
"""
BODY = """
compose travel(users):
    notes = {}
    for u in users:
        ticket = find(u.home, u.name)
        if fits(ticket, u.name):
            notes[u] = buy(ticket)
    return notes
"""
REUSED = """
compose travel(users):
    for u in users:
        find(u.home, u.name)
    notes = {}
    for other in users:
        notes[other] = buy(find(other.home, other.name))
    return notes
"""


def program(body: str = BODY) -> Program:
    loaded = load_text(SPEC + body, "t.p2c", Path())
    (compose,) = (d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    made = analyze(loaded.spec, compose, loaded.root.source).program
    assert made is not None
    return made


def node(graph: nx.DiGraph, label: str) -> str:
    (found,) = (name for name, data in graph.nodes(data=True) if data["label"] == label)
    return str(found)


def edge(graph: nx.DiGraph, source: str, target: str) -> tuple[str, str]:
    data = graph.edges[node(graph, source), node(graph, target)]
    return data["kind"], data["label"]


GRAPH = graph_of(program())


def test_inputs_calls_accumulators_tests_and_the_result_are_nodes() -> None:
    kinds = [(data["kind"], data["label"]) for _, data in GRAPH.nodes(data=True)]
    assert kinds == [
        ("input", "users: Set[User]"),
        ("accumulator", "notes: map"),
        ("variable", "u"),
        ("call", "find"),
        ("call", "fits"),
        ("test", "fits?"),
        ("call", "buy"),
        ("return", "return"),
    ]


def test_loops_and_branches_are_clusters_in_each_other() -> None:
    clusters = {c.name: c for c in GRAPH.graph["clusters"]}
    around = clusters[GRAPH.nodes[node(GRAPH, "buy")]["cluster"]]
    labels = [around.label]
    while around.parent is not None:
        around = clusters[around.parent]
        labels.append(around.label)
    assert labels == ["if fits", "for u in users", "travel"]


def test_values_flow_along_edges_that_name_them() -> None:
    assert edge(GRAPH, "users: Set[User]", "u") == ("flow", "users")
    assert edge(GRAPH, "find", "buy") == ("flow", "ticket")
    assert edge(GRAPH, "buy", "notes: map") == ("flow", "buy")
    assert edge(GRAPH, "notes: map", "return") == ("flow", "notes")


def test_several_values_along_one_edge_are_all_named() -> None:
    assert edge(GRAPH, "u", "find") == ("flow", "u.home, u.name")


def test_a_test_controls_what_it_decides() -> None:
    assert edge(GRAPH, "fits", "fits?") == ("flow", "fits")
    assert edge(GRAPH, "fits?", "buy") == ("control", "fits")


def test_effects_are_visible_and_irreversible_ones_stand_out() -> None:
    effects = {d["label"]: (d["effects"], d["irreversible"]) for _, d in GRAPH.nodes(data=True)}
    assert effects["buy"] == (("does pay (irreversible)",), True)
    assert effects["fits"] == (("may log",), False)
    assert effects["find"] == ((), False)


def test_both_arms_are_drawn() -> None:
    body = BODY.replace("return notes", "").replace("    notes = {}\n", "").replace("notes[u] = ", "n = ")
    body += "        else:\n            m = buy(ticket)\n"
    graph = graph_of(program(body))
    assert [c.label for c in graph.graph["clusters"] if c.kind == "branch"] == ["if fits", "if not fits"]


def test_an_unresolved_name_is_drawn_without_an_origin() -> None:
    graph = graph_of(program("compose travel(users):\n    n = buy(nothing)\n"))
    assert graph.in_degree(node(graph, "buy")) == 0


def test_several_compositions_stand_side_by_side() -> None:
    both = graph_of(program(), program())
    assert len(both) == 2 * len(GRAPH) and nx.number_weakly_connected_components(both) == 2


def test_mermaid_nests_subgraphs_and_marks_effects() -> None:
    assert mermaid(GRAPH) == snapshot("""\
flowchart TD
    subgraph c0["travel"]
        n0(["users: Set[User]"])
        n1[("notes: map")]
        n7["return"]
        subgraph c1["for u in users"]
            n2(["u"])
            n3["find"]
            n4["fits<br/>may log"]
            n5{"fits?"}
            subgraph c2["if fits"]
                n6["buy<br/>does pay (irreversible)"]
            end
        end
    end
    n0 -->|"users"| n2
    n1 -->|"notes"| n7
    n2 -->|"u.home, u.name"| n3
    n2 -->|"u.name"| n4
    n2 -->|"u"| n1
    n3 -->|"ticket"| n4
    n3 -->|"ticket"| n6
    n4 -->|"fits"| n5
    n5 -.->|"fits"| n6
    n6 -->|"buy"| n1
    classDef irreversible fill:#fdd,stroke:#c00,stroke-width:3px
    classDef effect fill:#ffe,stroke:#a80
    classDef input fill:#eef,stroke:#66a
    class n0 input
    class n2 input
    class n4 effect
    class n6 irreversible
""")


def test_dot_nests_clusters_and_marks_effects() -> None:
    assert dot(GRAPH) == snapshot("""\
digraph composition {
    node [fontname="sans-serif", shape=box];
    subgraph cluster_c0 {
        label="travel";
        n0 [label="users: Set[User]", shape=ellipse, color="#6666aa"];
        n1 [label="notes: map", shape=cylinder];
        n7 [label="return", shape=box];
        subgraph cluster_c1 {
            label="for u in users";
            n2 [label="u", shape=ellipse, color="#6666aa"];
            n3 [label="find", shape=box];
            n4 [label="fits\\nmay log", shape=box, color="#aa8800"];
            n5 [label="fits?", shape=diamond];
            subgraph cluster_c2 {
                label="if fits";
                n6 [label="buy\\ndoes pay (irreversible)", shape=box, color="#cc0000", penwidth=3];
            }
        }
    }
    n0 -> n2 [label="users"];
    n1 -> n7 [label="notes"];
    n2 -> n3 [label="u.home, u.name"];
    n2 -> n4 [label="u.name"];
    n2 -> n1 [label="u"];
    n3 -> n4 [label="ticket"];
    n3 -> n6 [label="ticket"];
    n4 -> n5 [label="fits"];
    n5 -> n6 [label="fits", style=dashed];
    n6 -> n1 [label="buy"];
}
""")


def test_labels_cannot_end_a_picture_s_strings() -> None:
    graph = nx.DiGraph(clusters=[])
    graph.add_node("n0", label='a"] <b> #1\n\\', kind="call", cluster=None, effects=("does x",), irreversible=False)
    assert '    n0["a#quot;] #lt;b#gt; #35;1 \\<br/>does x"]\n' in mermaid(graph)
    assert '    n0 [label="a\\"] <b> #1 \\\\\\ndoes x", shape=box' in dot(graph)


def test_a_name_keeps_its_place_when_its_number_is_used_anew() -> None:
    labels = [c.label for c in graph_of(program(REUSED)).graph["clusters"]]
    assert labels == ["travel", "for u in users", "for other in users"]


def test_a_call_that_needs_approval_says_so() -> None:
    spec = SPEC.replace("Map[User, Note]\n", "Map[User, Note]:\n    pay needs approval\n")
    loaded = load_text(spec + BODY, "t.p2c", Path())
    (compose,) = (d for d in loaded.root.declarations if isinstance(d, ComposeDecl))
    made = analyze(loaded.spec, compose, loaded.root.source).program
    assert made is not None
    graph = graph_of(made)
    assert graph.nodes[node(graph, "buy")]["approval"] == ("pay needs approval",)
    assert graph.nodes[node(graph, "find")]["approval"] == ()
    assert "buy<br/>does pay (irreversible)<br/>needs approval" in mermaid(graph)
    assert "buy\\ndoes pay (irreversible)\\nneeds approval" in dot(graph)
