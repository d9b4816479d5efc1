"""What the figures rest on: ``python -m benchmarks [name …]``. How to read them is in docs/performance.md."""
