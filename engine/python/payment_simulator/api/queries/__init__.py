"""What is asked of a run, as pure functions of it: the same for live and stored simulations."""

from payment_simulator.api.run_view import RunView


def current_tick(run: RunView) -> int:
    """The tick that runs next."""
    return run.ticks


def current_day(run: RunView) -> int:
    """The day of the tick that runs next."""
    return run.ticks // run.ticks_per_day


def clock(run: RunView) -> dict[str, int]:
    """`tick` and `day` as answers about the present have them."""
    return {"tick": current_tick(run), "day": current_day(run)}
