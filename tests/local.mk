## tests/ - mirrors the tree; programs link the archive of the room they test.

include tests/support/local.mk
include tests/unit/local.mk
include tests/plugin/local.mk
include tests/stress/local.mk
include tests/bench/local.mk
include tests/e2e/local.mk
include tests/python/local.mk
include tests/lint/local.mk
