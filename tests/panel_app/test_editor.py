"""The editor without a page: the text is checked with its places, form and text stay in step, a valid text runs."""

from __future__ import annotations

import asyncio

import pytest
import yaml
from bokeh.document import Document
from payment_simulator.execution.run_file import write_run

from panel_app import scenarios, text
from panel_app.app import App, build
from panel_app.editor import fields, spans
from panel_app.editor.fields import Field
from panel_app.editor.state import Editor
from panel_app.figures.policy_tree import drawing, expression
from panel_app.page import Recorder
from panel_app.session import Session
from panel_app.views.header import Header
from tests.panel_app.test_app import shown

NAMES = [listed.name for listed in scenarios.available()]
DOCUMENT = """\
# A comment
simulation:
  ticks_per_day: 10   # of an hour
  num_days: 1
agents:
  - id: A
    opening_balance: 5_000
    policy:
      type: Deadline
      urgency_threshold: 3
    # behind it
  - {id: B, opening_balance: 7_000}
  - &shared
    id: C
    opening_balance: 1
lsm_config: {}
"""


def editor_of(name: str) -> Editor:
    session = Session()
    session.open(name)
    editor = Editor(session)
    editor.take()
    return editor


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_scenario_is_valid_and_is_the_run_on_show(name: str) -> None:
    editor = editor_of(name)
    assert editor.checked.problems == ()
    assert not editor.edited
    log_hash = editor.session.run.log_hash
    editor.type(editor.text + "\n# the same\n")
    assert editor.pending
    assert editor.run()
    assert editor.session.run.log_hash == log_hash
    assert editor.edited
    assert not editor.pending


@pytest.mark.parametrize(
    ("path", "literal", "line"),
    [
        (("simulation", "ticks_per_day"), "20", "  ticks_per_day: 20   # of an hour"),
        (("simulation", "rng_seed"), "4", "  rng_seed: 4"),
        (("agents", 0, "opening_balance"), "6_000", "    opening_balance: 6_000"),
        (("agents", 0, "policy"), "{type: Fifo}", "    policy:\n      {type: Fifo}\n    # behind it"),
        (("agents", 0, "unsecured_cap"), "9", "    unsecured_cap: 9"),
        (("agents", 1, "opening_balance"), "8", "  - {id: B, opening_balance: 8}"),
        (("agents", 1, "unsecured_cap"), "9", "  - {id: B, opening_balance: 7_000, unsecured_cap: 9}"),
        (("lsm_config", "enable_cycles"), "false", "lsm_config: {enable_cycles: false}"),
        (("cost_rates", "split_friction_cost"), "5", "cost_rates:\n  split_friction_cost: 5\n"),
    ],
)
def test_a_value_is_written_where_it_stands_and_nowhere_else(path: spans.Path, literal: str, line: str) -> None:
    after = spans.with_value(DOCUMENT, path, literal)
    assert line in after
    value = yaml.safe_load(after)
    for step in path:
        value = value[step]
    assert value == yaml.safe_load(literal)
    expected = yaml.safe_load(DOCUMENT)
    found = yaml.safe_load(after)
    for document in (expected, found):
        holder = document
        for step in path[:-1]:
            holder = holder.setdefault(step, {}) if isinstance(holder, dict) else holder[step]
        holder.pop(path[-1], None)
    assert found == expected
    assert after.count("#") == DOCUMENT.count("#")


def test_what_other_places_share_is_not_changed_behind_their_back() -> None:
    shared = "a: &x {rate: 1}\nb: *x\n"
    with pytest.raises(spans.Shared, match="is shared with other places"):
        spans.with_value(shared, ("b", "rate"), "2")
    assert spans.with_value(shared, ("a", "rate"), "2") == "a: &x {rate: 2}\nb: *x\n"


@pytest.mark.parametrize(
    ("find", "put", "said"),
    [
        (
            "opening_balance: 99_000_000",
            "opening_balance: 990000.50",
            (56, 22, "agents.1.opening_balance", "got 990000.50; write an integer number of cents"),
        ),
        ("max_cycle_length", "max_cycle_lenght", (117, 3, "lsm_config.max_cycle_lenght", "did you mean max_cycle_le")),
        ("simulation:\n", "simulation: [\n", (17, 11, "", "is not valid YAML")),
    ],
)
def test_a_mistake_is_told_with_its_line_and_column_and_the_day_stays(
    find: str, put: str, said: tuple[int, int, str, str]
) -> None:
    editor = editor_of(scenarios.FIRST)
    log_hash = editor.session.run.log_hash
    editor.type(editor.text.replace(find, put, 1))
    assert not editor.pending
    assert not editor.run()
    problem = editor.checked.problems[0]
    assert (problem.line, problem.column, problem.path) == said[:3]
    assert said[3] in problem.message
    assert editor.session.run.log_hash == log_hash


def test_the_form_changes_the_text_and_the_text_the_form() -> None:
    editor = editor_of(scenarios.FIRST)
    opening, credit = fields.BANK[0], fields.BANK[1]
    editor.choose("BIRCH")
    assert fields.shown(opening, editor.node(opening)) == "990,000.00"
    editor.set("opening", "1,200,000")
    assert "opening_balance: 120_000_000" in editor.text
    assert editor.run()
    agent = next(agent for agent in editor.session.config["agents"] if agent["id"] == "BIRCH")
    assert agent["opening_balance"] == 120_000_000
    editor.type(editor.text.replace("unsecured_cap: 99_000_000", "unsecured_cap: 50_000", 1))
    assert fields.shown(credit, editor.node(credit)) == "500.00"
    editor.undo()
    editor.undo()
    assert not editor.edited
    editor.set("opening", "a lot")
    assert editor.problem(opening) is not None
    editor.revert()
    assert editor.problem(opening) is None


@pytest.mark.parametrize("group", fields.GROUPS)
def test_every_field_of_the_form_writes_what_it_shows(group: str) -> None:
    typed: dict[str, str] = {"money": "12.34", "number": "3", "switch": "false", "policy": "LiquidityAware"}
    for field in fields.GROUPS[group]:
        editor = editor_of("gridlock_ring")
        editor.group, editor.bank = group, 1
        if field.name == "rate":
            continue  # This scenario has no random arrivals; a rate alone is not enough for them.
        editor.set(field.name, typed[field.kind])
        assert editor.checked.problems == (), field.name
        expected = {"money": "12.34", "number": "3", "switch": "false", "policy": "LiquidityAware"}[field.kind]
        assert fields.shown(field, editor.node(field)) == expected


def test_the_form_follows_the_caret() -> None:
    editor = editor_of(scenarios.FIRST)
    assert editor.follow(66)
    assert (editor.group, editor.bank_id) == ("bank", "CEDAR")
    assert editor.follow(18)
    assert editor.group == "day"
    assert not editor.follow(18)


def test_an_edited_seed_counts_although_what_if_had_one() -> None:
    editor = editor_of("two_banks")
    editor.session.change(seed=9)
    editor.type(editor.text.replace("rng_seed: 1", "rng_seed: 5"))
    assert editor.run()
    assert editor.session.seed == 5


def test_an_edit_is_undone_like_any_change_and_the_text_follows() -> None:
    editor = editor_of("two_banks")
    session = editor.session
    hashes, written = [session.run.log_hash], editor.text
    editor.type(written.replace("opening_balance: 50_000_000", "opening_balance: 60_000_000"))
    assert editor.run()
    hashes.append(session.run.log_hash)
    assert session.edited
    session.change(credit_factor=0.5)
    hashes.append(session.run.log_hash)
    for earlier in (1, 0):
        assert session.undo()
        editor.take()
        assert session.run.log_hash == hashes[earlier]
    assert editor.text == written
    assert not session.edited
    assert session.redo()
    editor.take()
    assert session.run.log_hash == hashes[1]
    assert "60_000_000" in editor.text


def test_a_bank_less_is_another_run() -> None:
    editor = editor_of("gridlock_ring")
    editor.session.select(("bank", 4))
    lines = [line for line in editor.text.splitlines() if "ELDER" not in line or "names" in line or "places" in line]
    editor.type("\n".join(lines).replace(", ELDER: Elder", "").replace(", ELDER]", "]"))
    assert editor.checked.problems == ()
    assert editor.run()
    assert editor.session.names == ["Ash", "Beech", "Cherry", "Dogwood"]
    assert editor.session.selection is None


def test_what_the_engine_refuses_is_said_and_the_day_stays() -> None:
    editor = editor_of("two_banks")
    editor.session.change(balance_factor=3.0)
    log_hash = editor.session.run.log_hash
    editor.type(editor.text.replace("opening_balance: 50_000_000", f"opening_balance: {2 * 10**18}"))
    assert editor.checked.problems or not editor.run()
    assert editor.session.run.log_hash == log_hash


# The page


@pytest.fixture
def page() -> Recorder:
    return Recorder()


@pytest.fixture
def app(page: Recorder) -> App:
    app = build(Document(), page, {"scenario": "cautious_banks"})
    page.say("key", name="view", value="edit")
    return app


def test_every_control_of_the_editor_means_an_action(app: App) -> None:
    import re

    for group in fields.GROUPS:
        app.actions["form-group"](group)
        asked = set(
            re.findall(r'data-do="([^"]+)"', "".join(shown(app, area) for area in ("written", "form", "policy")))
        )
        assert asked <= set(app.actions)
    assert {"editor-undo", "form-overdraft", "go"} <= set(app.actions)


def test_a_day_that_was_cancelled_can_be_run_again(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("panel_app.session.AT_ONCE_SECONDS", 0.0)
    editor, run = next(view.editor for view in app.views if hasattr(view, "editor")), app.session.run

    async def cancel() -> None:
        editor.type(f"{editor.text}# another text\n")
        assert editor.run()
        assert not editor.pending
        app.actions["cancel"](None)

    asyncio.run(cancel())
    assert app.session.run is run
    assert editor.pending


def test_typing_shows_the_mistake_where_it_is_and_a_way_to_mend_it(app: App, page: Recorder) -> None:
    written = scenarios.source("cautious_banks")
    page.say("key", name="editor-text", value=written.replace("deadline_penalty", "dedline_penalty"))
    assert "1 error." in shown(app, "written")
    assert text.LAST_VALID in shown(app, "written")
    page.say("key", name="editor-fix", value="0")
    assert "No errors." in shown(app, "written")
    assert "editor" not in {name for name, _ in page.sent}
    page.say("key", name="editor-go", value="3.5")
    assert page.last("caret") == {"line": 3, "column": 5}
    page.say("key", name="editor-save")
    saved = page.last("download")
    assert saved is not None
    assert saved["bytes"].decode() == written
    assert saved["name"] == "cautious_banks.yaml"


def test_a_scenario_file_is_opened_in_the_editor(page: Recorder) -> None:
    app = build(Document(), page)
    written = scenarios.source("two_banks")
    page.say("file", name="Mine.YAML", bytes=b"\xef\xbb\xbf" + written.replace("\n", "\r\n").encode())
    assert app.session.view == "edit"
    assert "Mine.YAML is in the editor." in shown(app, "exchange")
    assert app.session.base_config == scenarios.load("two_banks").config
    log_hash = app.session.run.log_hash
    page.say("file", name="wrong.json", bytes=b'{"agents": 1}')
    assert text.LAST_VALID in shown(app, "written")
    assert app.session.run.log_hash == log_hash
    page.say("key", name="editor-undo")
    assert "No errors." in shown(app, "written")


def test_the_header_says_that_the_scenario_is_not_the_one_of_its_file(page: Recorder) -> None:
    app = build(Document(), page)
    header = next(view for view in app.views if isinstance(view, Header))  # its turn comes after the picture
    page.say("key", name="view", value="edit")
    page.say("key", name="editor-open", value=scenarios.source("two_banks"))
    assert "selected>Two banks, one day, edited<" in header.html()
    page.say("key", name="scenario", value="two_banks")
    assert "selected>Two banks, one day<" in header.html()


@pytest.mark.parametrize(
    ("content", "said"), [(b"\xff\xfe", "is not a text in UTF-8"), (b"#" * 1_000_001, "has 1,000,001 bytes")]
)
def test_a_scenario_file_that_cannot_be_opened_is_named(page: Recorder, content: bytes, said: str) -> None:
    app = build(Document(), page)
    page.say("file", name="mine.yaml", bytes=content)
    assert f"mine.yaml {said}" in shown(app, "exchange")
    assert app.session.view == "simulate"


def test_a_run_without_the_text_of_its_scenario_is_said_to_be_one(page: Recorder) -> None:
    app = build(Document(), page)
    log_hash = app.session.run.log_hash
    page.say("file", name="day.payrun", bytes=write_run(app.session.run.engine))
    page.say("key", name="view", value="edit")
    assert "This run came by a link or as a run file" in shown(app, "written")
    assert app.session.run.log_hash == log_hash
    page.say("file", name="mine.yaml", bytes=scenarios.source("two_banks").encode())
    assert app.session.run.log_hash != log_hash


def test_a_change_in_the_form_runs_the_day(app: App, page: Recorder) -> None:
    log_hash = app.session.run.log_hash
    page.say("key", name="form-bank", value="3")
    assert app.session.selection == ("bank", 3)
    page.say("key", name="form-credit", value="0")
    assert app.session.run.log_hash != log_hash
    page.say("key", name="editor-revert")
    assert app.session.run.log_hash == log_hash


def test_a_bank_less_is_drawn(app: App, page: Recorder) -> None:
    written = scenarios.source("cautious_banks")
    lines = [line for line in written.splitlines() if "- {id: PINE" not in line]
    page.say("key", name="editor-text", value="\n".join(lines).replace(", PINE: Pine", "").replace(", PINE: 1", ""))
    assert "No errors." in shown(app, "written")
    assert app.session.names == ["Aspen", "Larch", "Maple", "Oak", "Rowan"]
    page.say("key", name="view", value="simulate")
    assert len(app.network.sources["banks"].data["x"]) == 5
    page.say("key", name="undo")
    assert len(app.network.sources["banks"].data["x"]) == 6


def test_the_tree_is_drawn_with_the_way_that_a_payment_took(app: App, page: Recorder) -> None:
    session = app.session
    holds = [event for event in session.run.events() if event["event_type"] == "PolicyHold"]
    names = {session.run.payment_id(number): number for number in range(len(session.index.amount))}
    hold = holds[len(holds) // 2]
    session.select(("payment", names[hold["tx_id"]]))
    session.go(hold["tick"])
    drawn = shown(app, "policy")
    taken = drawn.count('class="taken"')
    assert taken == 2
    assert "The way of" in drawn
    assert drawn.count('class="box ') == 9
    session.select(("bank", session.names.index("Oak")))
    assert text.POLICY_WORDS["Fifo"] in shown(app, "policy")


# The drawing


def test_boxes_of_a_tree_do_not_overlap_and_lines_join_them() -> None:
    session = Session()
    session.open("cautious_banks")
    document = session.config["agents"][0]["policy"]["document"]
    shape = drawing(document)
    assert shape is not None
    assert drawing(document, "bank_tree") is None
    assert shape.boxes[0].node_id == "urgent"
    assert len(shape.lines) == len(shape.boxes) - 1
    for box in shape.boxes:
        assert box.width / 2 <= box.x <= shape.width - box.width / 2
        for other in shape.boxes:
            if other is not box and other.y == box.y:
                assert abs(other.x - box.x) >= (box.width + other.width) / 2 + 4
    assert all(line.end.y > line.start.y for line in shape.lines)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            {"op": "<=", "left": {"field": "ticks_to_deadline"}, "right": {"param": "near"}},
            "ticks to deadline \u2264 3",
        ),
        (
            {
                "op": ">=",
                "left": {
                    "compute": {
                        "op": "-",
                        "left": {"field": "available_liquidity"},
                        "right": {"field": "remaining_amount"},
                    }
                },
                "right": {"value": 30_000_000},
            },
            "available liquidity \u2212 amount \u2265 0.30 M",
        ),
        (
            {
                "op": "and",
                "conditions": [
                    {"op": "==", "left": {"field": "is_split"}, "right": {"value": 0}},
                    {"op": "not", "condition": {"op": "<", "left": {"field": "balance"}, "right": {"value": 0}}},
                ],
            },
            "is split = 0 and not (balance < 0)",
        ),
        (
            {
                "op": ">",
                "left": {"compute": {"op": "max", "values": [{"value": 1}, {"field": "queue_age"}]}},
                "right": {"value": 2.5},
            },
            "max(1, queue age) > 2.5",
        ),
    ],
)
def test_a_condition_in_words(condition: dict[str, object], words: str) -> None:
    assert expression(condition, {"near": 3}) == words


def test_a_field_without_an_amount_keeps_what_was_typed() -> None:
    money = Field("x", "X", "money", ("x",))
    assert fields.literal(money, "1,250.5") == "125_050"
    assert fields.literal(money, "12.345") == "12.345"
    assert fields.literal(money, "lots") == "lots"
