"""Running scenarios: the engine as a source of ticks, the one loop over it, and a finished run to look at."""
