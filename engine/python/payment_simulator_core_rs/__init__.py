"""The engine. `__init__.pyi` beside this file is its whole interface, on one page."""

from payment_simulator_core_rs._core import *  # noqa: F403
from payment_simulator_core_rs._core import __version__ as __version__
