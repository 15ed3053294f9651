"""The Bokeh views: they show the figures' columns, send only what changed, and turn taps into selections."""

from __future__ import annotations

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from typing import Any

import numpy as np
import pytest
from bokeh.document import Document
from bokeh.document.events import ColumnDataChangedEvent, DocumentChangedEvent

from panel_app.picture import main, picture
from panel_app.session import Session
from panel_app.theme import DARK, LIGHT
from panel_app.views.beads import duration
from panel_app.views.charts import ChartsView
from panel_app.views.network import NetworkView
from panel_app.views.strip import StripView

VIEWS: list[Callable[[Session, Any], Any]] = [NetworkView, StripView, ChartsView]


def attached(view: Any) -> tuple[Document, list[DocumentChangedEvent]]:
    """Put a figure into a document and listen to what would be sent."""
    document = Document()
    sent: list[DocumentChangedEvent] = []
    document.add_root(view.panel())
    document.on_change(sent.append)
    return document, sent


def test_sources_have_their_names(eight: Session) -> None:
    view = NetworkView(eight, LIGHT)
    assert view.panel().name == "network"
    assert {"flows", "waiting", "banks"} <= set(view.sources)
    assert all(source.name == name for name, source in view.sources.items())
    assert len({len(column) for column in view.sources["flows"].data.values()}) == 1


def test_a_step_changes_the_network_and_a_step_back_restores_it(eight: Session) -> None:
    view = NetworkView(eight, LIGHT)

    def shown() -> dict[str, Any]:
        return {
            f"{name}.{key}": list(column)
            for name, source in view.sources.items()
            for key, column in source.data.items()
        }

    before = shown()
    eight.step(1)
    view.update(frozenset({"tick"}))
    assert shown() != before
    eight.step(-1)
    view.update(frozenset({"tick"}))
    assert shown() == before


def test_only_changed_columns_are_sent(eight: Session) -> None:
    view = NetworkView(eight, LIGHT)
    _, sent = attached(view)
    view.update(frozenset({"tick", "selection", "window"}))
    assert sent == []
    eight.select(("bank", 2))
    view.update(frozenset({"selection"}))
    columns = {
        column
        for event in sent
        if isinstance(event, ColumnDataChangedEvent) and event.model.name == "banks"
        for column in event.cols or []
    }
    assert {"selection", "selection_alpha"} <= columns
    assert not columns & {"x", "name", "letter", "liquidity"}
    sent.clear()
    eight.step(1)
    view.update(frozenset({"tick"}))
    assert len(sent) <= len(view.sources)
    assert all(isinstance(event, ColumnDataChangedEvent) for event in sent)


def test_the_strip_sends_one_row_a_tick(eight: Session) -> None:
    view = StripView(eight, LIGHT)
    _, sent = attached(view)
    eight.step(1)
    view.update(frozenset({"tick"}))
    assert [type(event) for event in sent] == [ColumnDataChangedEvent]


@pytest.mark.parametrize("make", [NetworkView, StripView])
def test_another_theme_patches_colours(eight: Session, make: Callable[..., Any]) -> None:
    view = make(eight, LIGHT)

    def colours() -> set[str]:
        text = str(document.to_json())
        return {colour for colour in (LIGHT.gross, DARK.gross, LIGHT.ink2, DARK.ink2) if colour in text}

    document, _ = attached(view)
    assert colours() == {LIGHT.gross, LIGHT.ink2}
    eight.set_dark(True)
    view.update(frozenset({"theme"}))
    assert colours() == {DARK.gross, DARK.ink2}


@pytest.mark.parametrize("make", VIEWS)
def test_views_follow_a_change_of_run_and_size(eight: Session, make: Callable[..., Any]) -> None:
    view = make(eight, LIGHT)
    eight.change(balance_factor=2.0)
    view.update(frozenset({"run"}))
    view.resize(700.0, 400.0)
    eight.open("fifty_bank_day")
    view.update(frozenset({"run", "tick", "selection", "playing", "message"}))


def test_a_figure_that_is_not_shown_keeps_its_size(eight: Session) -> None:
    view = NetworkView(eight, LIGHT, 900, 480)
    view.canvas._resized = view.resize
    view.panel().trigger("inner_width", 900, 0)
    assert view.size.width == 900


def test_taps_select_banks_payments_and_flows(eight: Session) -> None:
    view = NetworkView(eight, LIGHT, 900, 480)
    at, picture = view.network.at, view.picture
    assert view.hit(float(at.x[3]) + 4, float(at.y[3]) - 4) == ("bank", 3)
    assert view.hit(2, 2) is None
    queue = picture.queue
    x, y = float(queue["x"][0]), float(queue["y"][0])
    assert view.hit(x, y) == ("payment", int(queue["payment"][0]))
    flows = picture.flows
    row = int(np.flatnonzero(np.asarray(flows["moment"]))[0])
    x, y = float(flows["mark_x"][row]), float(flows["mark_y"][row])
    found = view.hit(x, y)
    assert found is not None
    kind, number = found
    assert kind == "flow"
    assert divmod(number, 8) == (flows["sender"][row], flows["receiver"][row])


def test_charts_name_the_dark_bank(eight: Session) -> None:
    view = ChartsView(eight, LIGHT)
    eight.select(("bank", 2))
    view.update(frozenset({"selection"}))
    assert "Cedar dark, others grey" in view.cells[0].title.model.text
    number = int(np.flatnonzero(eight.index.sender == 5)[0])
    eight.select(("payment", number))
    view.update(frozenset({"selection"}))
    assert "Fir dark, others grey" in view.cells[0].title.model.text
    assert "<td>" in unescape(view.cells[3].table.model.text)


# The first picture


def test_the_first_picture_is_the_same_network(eight: Session) -> None:
    view = NetworkView(eight, LIGHT, 911, 479)
    root = ET.fromstring(picture(eight, LIGHT, 912, 480))
    assert root.attrib["viewBox"] == "-1.5 -1.5 912 480"
    svg = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in root.iter(f"{svg}text")]
    for name, amount in zip(view.picture.banks["name"], view.picture.banks["amount"], strict=True):
        assert name in texts
        assert amount in texts
    centres = {(element.attrib["cx"], element.attrib["cy"]) for element in root.iter(f"{svg}circle")}
    for x, y in zip(view.network.at.x, view.network.at.y, strict=True):
        assert (f"{x:.1f}".removesuffix(".0"), f"{y:.1f}".removesuffix(".0")) in centres
    dashed = [element for element in root.iter(f"{svg}path") if element.attrib.get("stroke-dasharray")]
    assert len(dashed) == len(np.asarray(view.picture.waiting["x0"]))
    assert all("var(--" in element.attrib["stroke"] for element in dashed)


def test_the_first_picture_escapes_names(eight: Session) -> None:
    eight.names[0] = "<script>alert(1)</script>"
    text = picture(eight, LIGHT)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_first_picture_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["two_banks", "--width", "640", "--height", "360"]) == 0
    assert ET.fromstring(capsys.readouterr().out).attrib["viewBox"] == "-1.5 -1.5 640 360"


# Motion


def test_beads_run_after_a_step_forward_only(eight: Session) -> None:
    async def visit() -> None:
        view = NetworkView(eight, LIGHT)
        view.motion = True
        tick = next(at for at in range(20, eight.ticks) if eight.index.settled_count[at].any())
        eight.go(tick - 1)
        view.update(frozenset({"tick"}))
        assert len(view.beads.source.data["x"]) == 0, "a jump does not move"
        eight.step(1)
        view.update(frozenset({"tick"}))
        await asyncio.sleep(0.05)
        flows = np.count_nonzero(eight.run.flows(tick, tick + 1).value)
        assert len(view.beads.source.data["x"]) == flows > 0
        await asyncio.sleep(0.5)
        assert len(view.beads.source.data["x"]) == 0
        eight.step(1)
        view.update(frozenset({"tick"}))
        eight.step(-1)
        view.update(frozenset({"tick"}))
        await asyncio.sleep(0.05)
        assert len(view.beads.source.data["x"]) == 0, "going back stops them"

    asyncio.run(visit())


@pytest.mark.parametrize(("speed", "seconds"), [(None, 0.35), (1, 0.35), (4, 0.175), (8, 0.0875), (16, 0.0), (30, 0.0)])
def test_how_long_beads_run(speed: int | None, seconds: float) -> None:
    assert duration(speed) == seconds
