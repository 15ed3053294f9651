"""The outcomes of the reference implementation, measured there and stored beside the scenarios.

`fifo_*`: no netting; settlements, balances and costs agree exactly. `lsm_*`: with netting; over all of them together as
many payments and as much value settle as there. `data/` holds the cases that are run always; where the folder of all
cases lies beside the repository, those are run too.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from payment_simulator import Run, load_config, simulate

HERE = Path(__file__).parent / "data"
BESIDE = Path(__file__).parents[3] / "shared" / "reference" / "differential"


def cases(folder: Path, kind: str) -> list[Path]:
    """The scenarios of one kind in a folder."""
    return sorted(folder.glob(f"{kind}_*.yaml"))


def expected(case: Path) -> Any:
    """What the reference did."""
    return json.loads(case.with_suffix(".json").read_text())


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


@pytest.mark.parametrize("case", cases(HERE, "fifo"), ids=lambda case: case.stem)
def test_without_netting_every_outcome_agrees_exactly(case: Path) -> None:
    reference = expected(case)
    reference["settlements"].sort()
    assert outcome(simulate(load_config(case))) == reference


def settles_at_least_as_much(folder: Path) -> None:
    """All netting cases of a folder together settle at least what they did in the reference."""
    count = value = reference_count = reference_value = 0
    for case in cases(folder, "lsm"):
        series = simulate(load_config(case)).series
        count += int(series.settled_count.sum())
        value += int(series.settled_value.sum())
        reference_count += expected(case)["settled_count"]
        reference_value += expected(case)["settled_value"]
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
    for case in cases(BESIDE, "fifo"):
        reference = expected(case)
        reference["settlements"].sort()
        assert outcome(simulate(load_config(case))) == reference, case.stem
    settles_at_least_as_much(BESIDE)
