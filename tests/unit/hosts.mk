## unit tests of common/registry: hosts that report to the fleet

REPORTER = $(FLEET) tests/unit/reporter.c tests/unit/reporter.h

check_PROGRAMS += tests/unit/test_host_report
TESTS += tests/unit/test_host_report
tests_unit_test_host_report_SOURCES = tests/unit/test_host_report.c $(REPORTER)
tests_unit_test_host_report_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_host_report_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_host_links
TESTS += tests/unit/test_host_links
tests_unit_test_host_links_SOURCES = tests/unit/test_host_links.c $(REPORTER)
tests_unit_test_host_links_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_host_links_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_hosts_tick
TESTS += tests/unit/test_hosts_tick
tests_unit_test_hosts_tick_SOURCES = tests/unit/test_hosts_tick.c $(REPORTER)
tests_unit_test_hosts_tick_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_hosts_tick_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)
