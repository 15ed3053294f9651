"""The outcomes of the reference implementation, measured there and stored beside the scenarios.

`fifo_*` and `gross_*`: no netting; settlements, balances and costs agree exactly. `lsm_*`: with netting; over all of
them together as many payments and as much value settle as there. `data/` holds the cases that are run always (those of
one kind in an archive); where the folder of all cases lies beside the repository, those are run too.
"""

import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import Run, parse_config, simulate

HERE = Path(__file__).parent / "data"
BESIDE = Path(__file__).parents[3] / "shared" / "reference" / "differential"


@dataclass(frozen=True)
class Case:
    """A scenario, and what the reference made of it."""

    name: str
    scenario: str
    reference: str

    def run(self) -> Run:
        """What this engine makes of it."""
        return simulate(parse_config(self.scenario, f"{self.name}.yaml"))

    def expected(self) -> Any:
        """What the reference did, settlements in an order that can be compared."""
        reference = json.loads(self.reference)
        reference.get("settlements", []).sort()
        return reference


def in_folder(folder: Path, kind: str) -> Iterator[Case]:
    """The cases of one kind in a folder."""
    for path in sorted(folder.glob(f"{kind}_*.yaml")):
        yield Case(path.stem, path.read_text(), path.with_suffix(".json").read_text())


def in_archive(path: Path) -> Iterator[Case]:
    """The cases in an archive."""
    with tarfile.open(path) as archive:
        texts = {member.name: archive.extractfile(member) for member in archive}
        read = {name: file.read().decode() for name, file in texts.items() if file is not None}
    for name in sorted(read):
        if name.endswith(".yaml"):
            stem = name.removesuffix(".yaml")
            yield Case(stem, read[name], read[f"{stem}.json"])


WITHOUT_NETTING = [*in_folder(HERE, "fifo"), *in_archive(HERE / "gross.tar.gz")]


def outcome(run: Run) -> dict[str, Any]:
    """What this run did, in the reference's terms."""
    payments, names, totals = run.payments, run.agent_ids, run.totals
    settled = [index for index in range(len(payments)) if payments.settled_tick[index] >= 0]
    return {
        "settlements": sorted(
            [
                names[payments.sender[index]],
                names[payments.receiver[index]],
                int(payments.amount[index]),
                int(payments.settled_tick[index]),
            ]
            for index in settled
        ),
        "final_balances": {agent["id"]: agent["final_balance"] for agent in totals["agents"]},
        "costs": {
            agent["id"]: {
                "overdraft": agent["costs"]["liquidity_cost"],
                "delay": agent["costs"]["delay_cost"],
                "penalties": agent["costs"]["deadline_penalty"] + agent["costs"]["eod_penalty"],
                "total": agent["costs"]["total_cost"],
            }
            for agent in totals["agents"]
        },
    }


@pytest.mark.parametrize("case", WITHOUT_NETTING, ids=lambda case: case.name)
def test_without_netting_every_outcome_agrees_exactly(case: Case) -> None:
    assert outcome(case.run()) == case.expected()


def test_all_cases_are_there() -> None:
    assert len(WITHOUT_NETTING) == 50
    assert len(list(in_folder(HERE, "lsm"))) == 30


def settles_at_least_as_much(folder: Path) -> None:
    """All netting cases of a folder together settle at least what they did in the reference."""
    count = value = reference_count = reference_value = 0
    for case in in_folder(folder, "lsm"):
        series = case.run().series
        count += int(series.settled_count.sum())
        value += int(series.settled_value.sum())
        reference_count += case.expected()["settled_count"]
        reference_value += case.expected()["settled_value"]
    assert reference_count > 0
    assert count >= reference_count
    assert value >= reference_value


def test_netting_settles_at_least_as_much_as_the_reference() -> None:
    settles_at_least_as_much(HERE)


def test_cases_beside_the_repository_agree_too() -> None:
    if not BESIDE.is_dir():
        pytest.skip(
            "the folder ../shared/reference/differential is not there; tests/reference/data holds copies of its cases"
        )
    copies = {case.name: case for case in WITHOUT_NETTING}
    for kind in ("fifo", "gross"):
        for case in in_folder(BESIDE, kind):
            assert copies.get(case.name) == case or outcome(case.run()) == case.expected(), case.name
    settles_at_least_as_much(BESIDE)
