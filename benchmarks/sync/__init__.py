"""Many clients on one server: what a delivery, a join, a return and a client that hangs cost. `python -m benchmarks.sync`."""
