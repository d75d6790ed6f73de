## tests/stress
