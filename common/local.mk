## common/ - libllmreg: one archive a room, so that the linker proves that a
## room uses only the rooms to its right (a test of a room links no others).

include common/base/local.mk
include common/domain/local.mk
include common/bus/local.mk
include common/registry/local.mk
include common/store/local.mk
include common/service/local.mk

BASE_LIBS = libbase.la $(YAJL_LIBS) -lpthread -lm
DOMAIN_LIBS = libdomain.la $(BASE_LIBS)
BUS_LIBS = libbus.la $(DOMAIN_LIBS)
REGISTRY_LIBS = libregistry.la $(BUS_LIBS) $(URCU_LIBS)
STORE_LIBS = libstore.la $(REGISTRY_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS)
SERVICE_LIBS = libservice.la $(STORE_LIBS)

lib_LTLIBRARIES += libllmreg.la
libllmreg_la_SOURCES =
libllmreg_la_LIBADD = libservice.la libstore.la libregistry.la libbus.la \
	libdomain.la libbase.la $(URCU_LIBS) $(SQLITE_LIBS) $(NETTLE_LIBS) \
	$(YAJL_LIBS) \
	-lpthread -lm
libllmreg_la_LDFLAGS = $(AM_LDFLAGS) -version-info $(LLMREG_LT_VERSION) \
	-export-symbols-regex '^llmreg_' -no-undefined \
	-Wl,-Bsymbolic-functions

llmregincludedir = $(includedir)/llmreg
llmreginclude_HEADERS = \
	include/llmreg/agent.h \
	include/llmreg/agents.h \
	include/llmreg/alert.h \
	include/llmreg/alerts.h \
	include/llmreg/arena.h \
	include/llmreg/audit.h \
	include/llmreg/backup.h \
	include/llmreg/bus.h \
	include/llmreg/clock.h \
	include/llmreg/endpoint.h \
	include/llmreg/entity.h \
	include/llmreg/fleet.h \
	include/llmreg/health.h \
	include/llmreg/hosts.h \
	include/llmreg/json.h \
	include/llmreg/latency.h \
	include/llmreg/log.h \
	include/llmreg/metrics.h \
	include/llmreg/names.h \
	include/llmreg/options.h \
	include/llmreg/registry.h \
	include/llmreg/resources.h \
	include/llmreg/restore.h \
	include/llmreg/rewind.h \
	include/llmreg/score.h \
	include/llmreg/service.h \
	include/llmreg/session.h \
	include/llmreg/sessions.h \
	include/llmreg/snapshot.h \
	include/llmreg/status.h \
	include/llmreg/store_health.h \
	include/llmreg/table.h \
	include/llmreg/text.h \
	include/llmreg/thread.h \
	include/llmreg/token.h \
	include/llmreg/tokens.h

pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = common/libllmreg.pc
