"""Debian's Firefox starts the site, computes the native log, and answers keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from payment_simulator import load_config, simulate

from tests.firefox import FIREFOX, firefox
from tests.visit import START_MS
from web.serve import Server

SCENARIO = Path(__file__).parents[2] / "scenarios" / "two_banks.yaml"
RIGHT_ARROW = "\ue014"


@pytest.mark.skipif(FIREFOX is None, reason="no Firefox here (Debian: apt-get install firefox-esr)")
def test_the_site_works_in_firefox(server: Server) -> None:
    with firefox() as page:
        page.go(f"{server.address}?scenario=two_banks&seed=77")
        said = page.wait_for(
            "document.documentElement.dataset.logHash || document.documentElement.dataset.appFailed", START_MS / 1000
        )
        assert said == simulate(load_config(SCENARIO), seed=77).log_hash
        page.evaluate("document.body.focus()")
        tick = int(page.evaluate("document.documentElement.dataset.tick"))
        page.press(RIGHT_ARROW)
        page.wait_for(f"document.documentElement.dataset.tick === '{tick + 1}'", 20)
        assert page.evaluate("document.querySelector('#picture') === null")
        assert page.complaints == []
