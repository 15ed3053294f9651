"""Every sentence about links, files and exports."""

from __future__ import annotations

from panel_app.figures.numbers import count

SHARE, EXPORT = "Share", "Export"
SHARE_TITLE, EXPORT_TITLE = "Copy a link to this run", "Files and pictures"
COPY_YOURSELF, LINK = "Copy this link", "Link"
NEWER_PROGRAM = "A newer version of this program may have it."
LINK_BROKEN, FILE_BROKEN = "This link cannot be opened.", "This file cannot be opened."
DISMISS, CONTINUE, NOT_NOW = "Dismiss", "Go on", "Not now"
LAST_SESSION = "Go on where you left off?"
RUN_FILE, SAVE_RUN, OPEN_RUN = "Run file", "Save the run", "Open a run file"
RUN_FILE_NOTE = "Scenario, seed and the whole event log, checked by its hash; payment-sim reads and writes the same."
DROP = "Or drop it anywhere on the page."
DATA, PICTURES, EMBED = "Data", "Pictures", "Embed"
EMBED_NOTE = "For an iframe: this run, its network and its clock, without the panels around them."
COPY_EMBED, COPIED, OPEN_WHOLE = "Copy the HTML", "Copied", "Open in the Payment Simulator"
DATA_FILES = {
    "events-csv": ("Events", "CSV"),
    "events-jsonl": ("Events", "JSON Lines"),
    "payments-csv": ("Payments", "CSV"),
    "payments-jsonl": ("Payments", "JSON Lines"),
    "banks-csv": ("Banks by tick", "CSV"),
    "banks-jsonl": ("Banks by tick", "JSON Lines"),
}
FIGURES = {
    "network": "Network",
    "strip": "Day",
    "liquidity chart": "Available liquidity",
    "waiting chart": "Waiting in the queue",
    "settled chart": "Settled so far",
    "cost chart": "Cost so far",
    "A network": "Network of A",
    "compared strip": "Day of A and B",
    "compared waiting": "Waiting, A and B",
    "compared settled": "Settled, A and B",
    "compared cost": "Cost, A and B",
    "compared liquidity": "Liquidity, A and B",
}


def kilobytes(size: int) -> str:
    return f"{size / 1000:.1f} kB"


def copied(clock: str, size: int) -> tuple[str, str]:
    """A link was copied: the sign, and what is in it."""
    return "Link copied", f"scenario, seed, version and {clock} are in it, {kilobytes(size)}"


def too_long(size: int) -> str:
    return f"This scenario is too large for a link: {kilobytes(size)}, and 8 kB fit. Share it as a run file."


def damaged(why: str) -> str:
    return f"The link is damaged: {why}. Ask for it again, or open a scenario above."


def other_format(found: object, version: str) -> str:
    return f"The link was made by version {version} of this program, in a form ({found!r}) that this one does not read."


def refused(reason: str) -> str:
    return f"The engine does not take its scenario: {reason}"


OTHER_RUN = "Not the run that was shared."


def too_much(size: float, most: int, what: str) -> str:
    return f"Its run has {size:,.0f} {what}, and a link may hold {most:,}. Share it as a run file."


def other_run(made_with: str, opened_with: str) -> str:
    """The engine computes another log than the link promises."""
    if made_with != opened_with:
        return (
            f"Made with version {made_with}, opened with {opened_with}: the results differ from those that were shared."
        )
    return (
        "The results differ from those that were shared: the scenario of this name is not the same as it was, or the "
        "link was changed."
    )


def other_version(made_with: str, opened_with: str) -> tuple[str, str]:
    """Another version, and yet the same log."""
    return f"Link from version {made_with}", f"opened with {opened_with}; the event log is the same, event by event"


NOT_A_TEXT = "is not a text in UTF-8. Save it as UTF-8, or open another file."


def scenario_too_large(size: int, most: int) -> str:
    return f"has {size:,} bytes, and the editor takes scenarios up to {most:,}. payment-sim runs larger ones."


def scenario_opened(name: str) -> tuple[str, str]:
    """The text of a file is in the editor."""
    return f"{name} is in the editor.", "It runs as soon as nothing is wrong with it. Undo brings the former text back."


def file_opened(name: str, payments: int, ticks: int) -> tuple[str, str]:
    return f"{name}", f"{count(payments, 'payment')} in {count(ticks, 'tick')}, checked by its hash"


def file_of_other_engine(made_with: str, opened_with: str) -> tuple[str, str]:
    return (
        f"Run of version {made_with}",
        f"shown as recorded; version {opened_with} computes another log, so a change compares two versions too",
    )


def left_off(title: str, changes: int, clock: str) -> str:
    """What the last session was."""
    changed = f", {count(changes, 'change')}" if changes else ""
    return f"{title}{changed}, at {clock}"


def saved(name: str, size: int) -> tuple[str, str]:
    return f"{name}", f"saved, {kilobytes(size)}"


def picture_missing(name: str) -> str:
    return f"{name} is not on show here."
