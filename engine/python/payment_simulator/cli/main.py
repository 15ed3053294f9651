"""Where `payment-sim` begins and ends, whatever happens to its output and whenever Ctrl-C comes.

Exit codes: 0 done; 1 a failure; 2 the command was used wrongly; 130 interrupted with Ctrl-C.
"""

from payment_simulator.cli.interrupt import leave_at_once
from payment_simulator.cli.streams import delivered, open_streams


def main() -> None:
    """Run the command line and leave the process with its exit code."""
    leave_at_once()
    open_streams()
    from payment_simulator.cli.program import app

    with delivered():
        app()


if __name__ == "__main__":
    main()
