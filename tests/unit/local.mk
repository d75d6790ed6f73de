## tests/unit - one program per source file of common/, one list per room.

UNIT_CPPFLAGS = $(AM_CPPFLAGS) $(CHECK_CFLAGS)

include tests/unit/base.mk
include tests/unit/domain.mk
include tests/unit/bus.mk
include tests/unit/registry.mk
include tests/unit/hosts.mk
include tests/unit/sessions.mk
include tests/unit/tokens.mk
include tests/unit/store.mk
include tests/unit/service.mk
include tests/unit/probe.mk
include tests/unit/listen_series.mk
include tests/unit/listen_api.mk
include tests/unit/snapshot.mk
include tests/unit/http.mk
