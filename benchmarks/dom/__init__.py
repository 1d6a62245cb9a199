"""What a person waits for: Python holds the state, a real Chromium shows it (benchmarks/README.md, "The page")."""
