"""How fast the core is, beside its peers: `make bench`, or `python -m benchmarks`. README.md says how to read the table."""
