## unit tests of what plugins/llm_listen hands to collectd, and takes from it

LISTEN_TEST_LIBS = $(LISTEN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_counters
TESTS += tests/unit/test_counters
tests_unit_test_counters_SOURCES = tests/unit/test_counters.c
tests_unit_test_counters_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_counters_LDADD = $(LISTEN_TEST_LIBS)

check_PROGRAMS += tests/unit/test_host_series
TESTS += tests/unit/test_host_series
tests_unit_test_host_series_SOURCES = tests/unit/test_host_series.c
tests_unit_test_host_series_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_host_series_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=realloc
tests_unit_test_host_series_LDADD = libtests.la $(LISTEN_TEST_LIBS)

check_PROGRAMS += tests/unit/test_listen_config
TESTS += tests/unit/test_listen_config
tests_unit_test_listen_config_SOURCES = tests/unit/test_listen_config.c
tests_unit_test_listen_config_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_listen_config_LDADD = $(LISTEN_ALL_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_observe_cpu
TESTS += tests/unit/test_observe_cpu
tests_unit_test_observe_cpu_SOURCES = tests/unit/test_observe_cpu.c
tests_unit_test_observe_cpu_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_observe_cpu_LDADD = $(LISTEN_TEST_LIBS)

check_PROGRAMS += tests/unit/test_observe_facts
TESTS += tests/unit/test_observe_facts
tests_unit_test_observe_facts_SOURCES = tests/unit/test_observe_facts.c
tests_unit_test_observe_facts_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_observe_facts_LDADD = $(LISTEN_TEST_LIBS)

check_PROGRAMS += tests/unit/test_listen_observe
TESTS += tests/unit/test_listen_observe
tests_unit_test_listen_observe_SOURCES = tests/unit/test_listen_observe.c
tests_unit_test_listen_observe_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_listen_observe_LDADD = libtests.la $(LISTEN_TEST_LIBS)

check_PROGRAMS += tests/unit/test_observe_json
TESTS += tests/unit/test_observe_json
tests_unit_test_observe_json_SOURCES = tests/unit/test_observe_json.c
tests_unit_test_observe_json_CPPFLAGS = $(UNIT_CPPFLAGS) \
	-DWRITE_HTTP='"$(abs_top_srcdir)/tests/data/write_http"'
tests_unit_test_observe_json_LDADD = libtests.la $(LISTEN_TEST_LIBS)

EXTRA_DIST += tests/data/write_http
