## tests/plugin - plugins without the daemon: the engine against a scripted
## server, the adapter against a fake collectd.

check_PROGRAMS += tests/plugin/test_probe
TESTS += tests/plugin/test_probe
tests_plugin_test_probe_SOURCES = \
	tests/plugin/test_probe.c \
	tests/support/wire.c \
	tests/support/wire.h \
	$(EXPECTED)
tests_plugin_test_probe_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_plugin_test_probe_LDADD = $(PROBE_TEST_LIBS)
