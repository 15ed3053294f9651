"""The bulk case of multilateral netting: rings of banks whose first payments are larger than what the banks have."""

import pytest
from payment_simulator_core_rs import Orchestrator

from tests.engine_cases import rings

REMOVED = (0, 227, 168, 105)
BALANCES = (4_134_000, 1_000, 1_000, 0)
SETTLED = 4_500


@pytest.mark.parametrize("count", [1, 8])
def test_the_largest_set_in_queue_order_settles(count: int) -> None:
    run = Orchestrator(rings(count))
    run.tick()
    (netted,) = [event for event in run.events(0, 1) if event["event_type"] == "LsmMultilateralSettlement"]
    assert (len(netted["tx_ids"]), len(netted["removed_tx_ids"])) == (SETTLED * count, sum(REMOVED) * count)
    agents = run.state(0)["agents"]
    assert [len(agent["queue2"]) for agent in agents] == list(REMOVED) * count
    assert [agent["balance"] for agent in agents] == list(BALANCES) * count
