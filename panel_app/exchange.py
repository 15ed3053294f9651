"""What comes to a page from elsewhere and goes from it: links, run files, data, pictures, the last session.

Everything behind it is imported when it is first needed, so that the page starts no later for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from panel_app.page import Payload

if TYPE_CHECKING:
    from panel_app.app import App
    from panel_app.sharing import Note
    from panel_app.views.share import ShareView

SAVE_SECONDS = 0.8
"""How long after a change the address and the last session follow it."""
SCENARIO_SUFFIXES = (".yaml", ".yml", ".json")
LARGEST_TEXT = 1_000_000
"""Bytes of a scenario file that the editor takes: checking it as one types takes a second or two."""


class Exchange:
    """Links, files and the last session of one page."""

    def __init__(self, app: App, linked: bool) -> None:
        """`linked`: the page shows what the link of its address says."""
        self.app, self.session, self.page = app, app.session, app.page
        self._view: ShareView | None = None
        self._offered = ""
        self._saving: asyncio.TimerHandle | None = None
        self.began = linked
        """Whether there is something to go on with another time: a change, or a run that came by a link."""
        self.actions: dict[str, Callable[[Any], object]] = {
            "share": lambda _: self.share(),
            "export": lambda _: self.view.show(not self.view.open),
            "dismiss": lambda _: self.view.tell(None),
            "save-run": lambda _: self.save_run(),
            "save-data": lambda name: self.save_data(str(name)),
            "save-picture": lambda value: self.save_picture(*str(value).rsplit(".", 1)),
            "go-on": lambda _: self.go_on(),
            "not-now": lambda _: self.not_now(),
        }
        self.page.on("copied", self._copied)
        self.page.on("file", self._file)
        self.page.on("last", self._last)
        self.page.on("missing", self._missing)

    @property
    def view(self) -> ShareView:
        """Where it is told what came of it; built when it is first needed."""
        if self._view is None:
            from panel_app.views.share import ShareView

            self._view = ShareView(self.session, self.session.theme)
            self.app.views.append(self._view)
            self.app.root.append(self._view.panel())
        return self._view

    def start(self, note: Note | None) -> None:
        """Say what there is to say about the address with which the page was opened."""
        if note is not None or self.session.embedded:
            self.view.tell(note)

    def forget(self) -> None:
        """Take back what was said to an earlier visit; what was opened for this one is no change of its own."""
        self._offered, self.began = "", False
        if self._saving is not None:
            self._saving.cancel()
            self._saving = None
        if self._view is not None:
            self._view.tell(None)

    def close(self) -> None:
        """Close the panel of files and pictures, if it is open."""
        if self._view is not None and self._view.open:
            self._view.show(False)

    # Links

    def share(self) -> None:
        """Put the state into the address and copy it."""
        from panel_app import text_share as words
        from panel_app.sharing import LinkTooLong, Note, fragment

        try:
            self.page.send("share", {"fragment": fragment(self.session)})
        except LinkTooLong as too_long:
            self.view.tell(Note("warning", str(too_long), ways=(("save-run", words.SAVE_RUN),)))

    def _copied(self, payload: Payload) -> None:
        from panel_app import text_share as words
        from panel_app.sharing import Note

        link = str(payload.get("link") or "")
        if payload.get("copied"):
            said = words.copied(self.session.clock(self.session.tick), len(link))
            self.view.tell(Note("info", *said))
        else:
            self.view.tell(Note("info", words.COPY_YOURSELF), link)

    def open_link(self, link: str) -> None:
        """Show what a link says, or why not; what was on show stays then."""
        from panel_app import text_share as words
        from panel_app.sharing import LinkError, Note, open_link

        def tell(note: Note | None) -> None:
            self.app.look(self.session.view)
            self.view.tell(note)

        try:
            open_link(self.session, link, tell)
        except LinkError as broken:
            self.view.tell(Note("error", words.LINK_BROKEN, str(broken)))

    # Files

    def save_run(self) -> None:
        """The run as one file, as `payment-sim export` writes it."""
        from payment_simulator.execution.run_file import SUFFIX, write_run

        from panel_app import text_share as words
        from panel_app.sharing import Note

        name = f"{self._stem()}{SUFFIX}"
        content = write_run(self.session.run.engine, self.session.display)
        self._download(name, "application/gzip", content)
        self.view.tell(Note("info", *words.saved(name, len(content))))

    def save_data(self, kind: str) -> None:
        """One of `exports.FILES`."""
        from panel_app import text_share as words
        from panel_app.exports import FILES
        from panel_app.sharing import Note

        if kind in FILES:
            make, end, mime = FILES[kind]
            name, content = f"{self._stem()}-{end}", make(self.session.run)
            self._download(name, mime, content)
            self.view.tell(Note("info", *words.saved(name, len(content))))

    def save_picture(self, figure: str, kind: str) -> None:
        """A figure that is on show, as `png` or `svg`; the page draws it."""
        name = f"{self._stem()}-{figure.replace(' ', '-')}.{kind}"
        theme = self.session.theme
        self.page.send("picture", {"figure": figure, "kind": kind, "name": name, "background": theme.bg})

    def _missing(self, payload: Payload) -> None:
        from panel_app import text_share as words
        from panel_app.sharing import Note

        name = str(payload.get("figure") or "")
        self.view.tell(Note("warning", words.picture_missing(words.FIGURES.get(name, name))))

    def _file(self, payload: Payload) -> None:
        """A file that was chosen or dropped: a scenario, else a run file."""
        from panel_app import text_share as words
        from panel_app.run_files import open_run_file
        from panel_app.sharing import LinkError, Note

        name, content = str(payload.get("name") or "")[:120], _bytes(payload.get("bytes"))
        try:
            if name.lower().endswith(SCENARIO_SUFFIXES):
                note = self._edit(name, content)
            else:
                note = open_run_file(self.session, name, content)
        except LinkError as broken:
            self.view.tell(Note("error", words.FILE_BROKEN, f"{name} {broken}"))
            return
        self.close()
        self.view.tell(note)

    def _edit(self, name: str, content: bytes) -> Note:
        """Put the text of a scenario file into the editor. Raises `LinkError`."""
        from panel_app import text_share as words
        from panel_app.sharing import LinkError, Note

        if len(content) > LARGEST_TEXT:
            raise LinkError(words.scenario_too_large(len(content), LARGEST_TEXT))
        try:
            written = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise LinkError(words.NOT_A_TEXT) from None
        self.app.look("edit")
        self.app.actions["editor-open"](written.replace("\r\n", "\n"))
        return Note("info", *words.scenario_opened(name))

    def _download(self, name: str, mime: str, content: bytes) -> None:
        self.page.send("download", {"name": name, "mime": mime, "bytes": content})

    def _stem(self) -> str:
        """`eight_banks_scarce-seed51`; only what any file system takes."""
        plain = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in self.session.scenario)
        return f"{plain}-seed{self.session.seed}"

    # The last session

    def remember(self, changed: frozenset[str]) -> None:
        """Let the address and the stored session follow what changed, a moment later. Nothing is kept of a visit that
        changes nothing.
        """
        session = self.session
        self.began = self.began or bool(changed & {"run", "kept"})
        wanted = changed & {"run", "kept", "tick", "view", "window", "selection", "lesson"}
        if not self.began or not wanted or session.embedded or session.playing:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._saving is not None:
            self._saving.cancel()
        self._saving = loop.call_later(SAVE_SECONDS, self.save)

    def save(self) -> None:
        """Keep the session in the page's storage, and its link in the address."""
        from panel_app.sharing import LinkTooLong, fragment

        self._saving = None
        try:
            self.page.send("store", {"last": fragment(self.session)})
        except LinkTooLong:
            self.page.send("store", {"last": ""})

    def _last(self, payload: Payload) -> None:
        """What the page's storage has of the last visit."""
        from panel_app import text_share as words
        from panel_app.sharing import LinkError, Note, read

        link = str(payload.get("link") or "")
        if self.began or self.session.embedded or not link:
            return
        try:
            shared = read(link)
        except LinkError:
            self.page.send("store", {"last": ""})
            return
        self._offered = link
        title = str(shared.scenario.display.get("title") or shared.scenario.name)
        said = words.left_off(title, shared.what_if.count, shared.clock)
        ways = (("go-on", words.CONTINUE), ("not-now", words.NOT_NOW))
        self.view.tell(Note("info", words.LAST_SESSION, said, ways))

    def go_on(self) -> None:
        """Open the last session."""
        self.view.tell(None)
        if self._offered:
            self.open_link(self._offered)
            self._offered = ""

    def not_now(self) -> None:
        """Forget it."""
        self._offered = ""
        self.view.tell(None)
        self.page.send("store", {"last": ""})


def _bytes(content: Any) -> bytes:
    """Bytes of a message, from the browser's worker or over a server's line."""
    return bytes(content.to_py() if hasattr(content, "to_py") else content or b"")
