"""Colours of the interface, light and dark. Colour means money (a settlement mechanism or stress); controls are ink."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Theme:
    """The design tokens. `veil` carries its own opacity (62 %); everything else is opaque."""

    name: str
    bg: str
    panel: str
    sunk: str
    band: str
    ink: str
    ink2: str
    ink3: str
    ctl: str
    line: str
    node: str
    node_text: str
    gross: str
    queue: str
    bilateral: str
    cycle: str
    alert: str
    alert_bg: str
    ok: str
    cost1: str
    cost2: str
    cost3: str
    veil: str

    @property
    def mechanism_colours(self) -> tuple[str, str, str, str, str]:
        """By mechanism number: gross, queue, bilateral, cycle, multilateral (which shares the colour of cycles)."""
        return self.gross, self.queue, self.bilateral, self.cycle, self.cycle

    @property
    def dark(self) -> bool:
        return self.name == "dark"

    def css(self) -> str:
        """The tokens as CSS custom properties: `--bg:#FFFFFF;--panel:...`."""
        return "".join(f"--{key.replace('_', '-')}:{value};" for key, value in asdict(self).items() if key != "name")


LIGHT = Theme(
    name="light",
    bg="#FFFFFF",
    panel="#F5F7F9",
    sunk="#ECEFF3",
    band="#EEF1F5",
    ink="#16202B",
    ink2="#4A5765",
    ink3="#5E6B79",
    ctl="#7B8896",
    line="#D9DEE4",
    node="#4F6072",
    node_text="#FFFFFF",
    gross="#0072B2",
    queue="#B87500",
    bilateral="#009B77",
    cycle="#8C2A68",
    alert="#A63A00",
    alert_bg="#FBEDE6",
    ok="#00715A",
    cost1="#33414F",
    cost2="#7B8896",
    cost3="#B4BECA",
    veil="#FFFFFF9E",
)

DARK = Theme(
    name="dark",
    bg="#10161D",
    panel="#161E27",
    sunk="#1E2833",
    band="#1C2631",
    ink="#E8EDF2",
    ink2="#B3BEC9",
    ink3="#94A1AE",
    ctl="#6F7D8B",
    line="#2B3743",
    node="#9FB0C1",
    node_text="#10161D",
    gross="#4FA8E8",
    queue="#F2BC4A",
    bilateral="#5FDDB8",
    cycle="#DB74B2",
    alert="#FF7F45",
    alert_bg="#35211A",
    ok="#2FC79E",
    cost1="#D5DEE7",
    cost2="#8797A7",
    cost3="#50606F",
    veil="#10161D9E",
)
