"""How long tests wait for what comes in its own time, on a machine that may have much else to do."""

import os

PATIENCE = int(os.environ.get("PATIENCE", "1"))
"""So many times as long as usual. `./build.sh test-long` asks for more: it may run beside other work."""
