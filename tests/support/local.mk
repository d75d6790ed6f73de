## tests/support
