## tests/bench - benchmarks; contrib/bench runs them and holds the limits.

check_PROGRAMS += tests/bench/bare_curl
tests_bench_bare_curl_SOURCES = tests/bench/bare_curl.c
tests_bench_bare_curl_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
tests_bench_bare_curl_LDADD = $(CURL_LIBS)

check_LTLIBRARIES += tests/bench/llmreg_stub.la
tests_bench_llmreg_stub_la_SOURCES = tests/bench/stub_plugin.c
tests_bench_llmreg_stub_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)
tests_bench_llmreg_stub_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -rpath /nowhere

check_PROGRAMS += tests/bench/registry_bench
tests_bench_registry_bench_SOURCES = \
	tests/bench/registry/agents.c \
	tests/bench/registry/copying.c \
	tests/bench/registry/copying.h \
	tests/bench/registry/deadlines.c \
	tests/bench/registry/endpoints.c \
	tests/bench/registry/fleet.c \
	tests/bench/registry/fleet.h \
	tests/bench/registry/groups.h \
	tests/bench/registry/main.c \
	tests/bench/registry/measure.c \
	tests/bench/registry/measure.h \
	tests/bench/registry/memory.c \
	tests/bench/registry/models.c \
	tests/bench/registry/plain.c \
	tests/bench/registry/plain.h \
	tests/bench/registry/snapshot.c \
	tests/bench/registry/swarm.c \
	tests/bench/registry/swarm.h \
	tests/bench/registry/threads.c
tests_bench_registry_bench_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
tests_bench_registry_bench_LDADD = libllmreg.la $(URCU_LIBS) -lpthread

check_PROGRAMS += tests/bench/store_bench
tests_bench_store_bench_SOURCES = \
	tests/bench/registry/fleet.c \
	tests/bench/registry/copying.c \
	tests/bench/registry/copying.h \
	tests/bench/registry/fleet.h \
	tests/bench/registry/measure.c \
	tests/bench/registry/measure.h \
	tests/bench/registry/plain.c \
	tests/bench/registry/plain.h \
	tests/bench/registry/swarm.c \
	tests/bench/registry/swarm.h \
	tests/bench/store/backup.c \
	tests/bench/store/bare.c \
	tests/bench/store/bare.h \
	tests/bench/store/commit.c \
	tests/bench/store/compact.c \
	tests/bench/store/groups.h \
	tests/bench/store/hub.c \
	tests/bench/store/hub.h \
	tests/bench/store/main.c \
	tests/bench/store/pace.c \
	tests/bench/store/pace.h \
	tests/bench/store/start.c
tests_bench_store_bench_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS) \
	$(SQLITE_CFLAGS)
tests_bench_store_bench_LDADD = $(SERVICE_LIBS)

check_PROGRAMS += tests/bench/http_const
tests_bench_http_const_SOURCES = tests/bench/http_const.c
tests_bench_http_const_CPPFLAGS = $(AM_CPPFLAGS) $(MHD_CFLAGS)
tests_bench_http_const_LDADD = $(LISTEN_HTTP_LIBS)

EXTRA_DIST += \
	contrib/bench \
	tests/bench/harness.py \
	tests/bench/limits \
	tests/bench/listen.py \
	tests/bench/loops.py \
	tests/bench/probe.py \
	tests/bench/registry.py \
	tests/bench/store.py
