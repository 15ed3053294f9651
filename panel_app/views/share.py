"""The line that tells of links and files, and the panel of files and pictures."""

from __future__ import annotations

from markupsafe import Markup

from panel_app import text_share as words
from panel_app.session import Session
from panel_app.sharing import Note
from panel_app.text import CLOSE
from panel_app.theme import Theme
from panel_app.views.icons import icon
from panel_app.views.part import NOTHING, Part, join

SIGNS = {"info": "check", "warning": "warn", "error": "warn"}


class ShareView(Part):
    """One note at a time, with what can be done about it; and on demand the run file, its data, the pictures on show, a
    file to open, and the HTML of an iframe.
    """

    area = "exchange"
    watches = frozenset({"run", "view", "kept"})
    sheets = ("share",)

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__(session, theme)
        self.note: Note | None = None
        self.link = ""
        self.open = False

    def tell(self, note: Note | None, link: str = "") -> None:
        """Show a note, or none; `link` to be copied by hand where the browser does not let the page do it."""
        self.note, self.link = note, link
        self._shown.show(self.html())

    def show(self, visible: bool) -> None:
        """Open or close the panel of files and pictures."""
        self.open = visible
        self._shown.show(self.html())

    def html(self) -> Markup:
        whole = (
            Markup('<p class="whole"><button class="link" data-whole>{}</button></p>').format(words.OPEN_WHOLE)
            if self.session.embedded
            else NOTHING
        )
        return whole + self._note() + (self._panel() if self.open else NOTHING)

    def _note(self) -> Markup:
        note = self.note
        if note is None:
            return NOTHING
        ways = [
            Markup('<button class="button outline" data-do="{}">{}</button>').format(action, label)
            for action, label in note.ways
        ]
        field = (
            Markup('<input class="copy" readonly value="{}" aria-label="{}">').format(self.link, words.LINK)
            if self.link
            else ""
        )
        return Markup(
            '<section class="notice {kind}" role="{role}" id="note">{sign}<p><b>{strong}</b> <span>{rest}</span></p>'
            '{field}<div class="ways">{ways}</div><button class="button square" data-do="dismiss" '
            'aria-label="{dismiss}">{close}</button></section>'
        ).format(
            kind=note.kind,
            role="alert" if note.kind == "error" else "status",
            sign=icon(SIGNS[note.kind]),
            strong=note.strong,
            rest=note.rest,
            field=field,
            ways=join(ways),
            dismiss=words.DISMISS,
            close=icon("close"),
        )

    def _panel(self) -> Markup:
        return Markup(
            '<section class="export" aria-label="{title}"><h2>{title}<button class="button square" data-do="export" '
            'aria-label="{close}">{icon}</button></h2><div class="columns">{run}{data}{pictures}{embed}</div></section>'
        ).format(
            title=words.EXPORT_TITLE,
            close=CLOSE,
            icon=icon("close"),
            run=self._run(),
            data=self._data(),
            pictures=self._pictures(),
            embed=self._embed(),
        )

    def _run(self) -> Markup:
        return Markup(
            '<div><h3>{}</h3><p class="small muted">{}</p><button class="button outline" data-do="save-run">{}{}'
            '</button><label class="button outline"><input type="file" accept=".payrun" class="unseen" '
            'data-file="run">{}</label><p class="small muted">{}</p></div>'
        ).format(words.RUN_FILE, words.RUN_FILE_NOTE, icon("export"), words.SAVE_RUN, words.OPEN_RUN, words.DROP)

    def _data(self) -> Markup:
        rows: dict[str, list[Markup]] = {}
        for name, (what, form) in words.DATA_FILES.items():
            rows.setdefault(what, []).append(
                Markup(
                    '<button class="button outline" data-do="save-data" data-value="{}" aria-label="{}">{}</button>'
                ).format(name, f"{what}, {form}", form)
            )
        return Markup('<div><h3>{}</h3><div class="grid">{}</div></div>').format(words.DATA, _rows(rows))

    def _pictures(self) -> Markup:
        """Those of the view on show: the page draws what it shows."""
        session = self.session
        comparing = session.view == "compare" and session.comparison is not None
        of_two = ("A network", "compared strip", "compared waiting", "compared settled", "compared cost")
        of_one = ("strip", "liquidity chart", "waiting chart", "settled chart", "cost chart")
        names = ("network", *((*of_two, "compared liquidity") if comparing else of_one))
        rows = {
            words.FIGURES[name]: [
                Markup(
                    '<button class="button outline" data-do="save-picture" data-value="{}.{}" aria-label="{}">{}'
                    "</button>"
                ).format(name, kind, f"{words.FIGURES[name]}, {kind.upper()}", kind.upper())
                for kind in ("png", "svg")
            ]
            for name in names
        }
        return Markup('<div><h3>{}</h3><div class="grid">{}</div></div>').format(words.PICTURES, _rows(rows))

    def _embed(self) -> Markup:
        return Markup(
            '<div><h3>{}</h3><p class="small muted">{}</p><button class="button outline" data-copy="embed" '
            'data-done="{}">{}</button></div>'
        ).format(words.EMBED, words.EMBED_NOTE, words.COPIED, words.COPY_EMBED)


def _rows(rows: dict[str, list[Markup]]) -> Markup:
    return join([Markup("<span>{}</span>{}").format(what, join(buttons)) for what, buttons in rows.items()])
