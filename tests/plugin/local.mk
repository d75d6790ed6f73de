## tests/plugin
