"""Ten thousand records through every flow; see `docs/benchmarks.md`."""
