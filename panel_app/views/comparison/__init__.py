"""The parts of the comparison of two runs."""
