## tests/plugin - plugins without the daemon: the engine against a scripted
## server, the adapter against a fake collectd.

check_PROGRAMS += tests/plugin/test_probe
TESTS += tests/plugin/test_probe
tests_plugin_test_probe_SOURCES = tests/plugin/test_probe.c $(EXPECTED)
tests_plugin_test_probe_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_plugin_test_probe_LDADD = libtests.la $(PROBE_TEST_LIBS)

check_LTLIBRARIES += libfake_collectd.la
libfake_collectd_la_SOURCES = \
	tests/support/fake_collectd.c \
	tests/support/fake_collectd.h
libfake_collectd_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)

check_PROGRAMS += tests/plugin/test_plugin
TESTS += tests/plugin/test_plugin
tests_plugin_test_plugin_SOURCES = tests/plugin/test_plugin.c $(EXPECTED)
tests_plugin_test_plugin_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_plugin_test_plugin_LDADD = libtests.la libllm_probe_plugin.la \
	libhost.la libfake_collectd.la $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/plugin/test_host
TESTS += tests/plugin/test_host
tests_plugin_test_host_SOURCES = tests/plugin/test_host.c
tests_plugin_test_host_CPPFLAGS = $(PROBE_TEST_CPPFLAGS) $(COLLECTD_CPPFLAGS)
tests_plugin_test_host_LDADD = libhost.la libfake_collectd.la \
	$(PROBE_TEST_LIBS)

check_PROGRAMS += tests/plugin/test_observe
TESTS += tests/plugin/test_observe
tests_plugin_test_observe_SOURCES = tests/plugin/test_observe.c
tests_plugin_test_observe_CPPFLAGS = $(UNIT_CPPFLAGS) $(COLLECTD_CPPFLAGS)
tests_plugin_test_observe_LDADD = libtests.la libhost.la libfake_collectd.la \
	$(LISTEN_TEST_LIBS)
