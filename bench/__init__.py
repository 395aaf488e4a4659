"""What it costs: `make bench` measures, and writes docs/benchmarks.md."""
