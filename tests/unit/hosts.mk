## unit tests of common/registry: hosts that report to the fleet

check_PROGRAMS += tests/unit/test_host_report
TESTS += tests/unit/test_host_report
tests_unit_test_host_report_SOURCES = tests/unit/test_host_report.c
tests_unit_test_host_report_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_host_report_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_host_restore
TESTS += tests/unit/test_host_restore
tests_unit_test_host_restore_SOURCES = tests/unit/test_host_restore.c
tests_unit_test_host_restore_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_host_restore_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_host_links
TESTS += tests/unit/test_host_links
tests_unit_test_host_links_SOURCES = tests/unit/test_host_links.c
tests_unit_test_host_links_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_host_links_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_hosts_tick
TESTS += tests/unit/test_hosts_tick
tests_unit_test_hosts_tick_SOURCES = tests/unit/test_hosts_tick.c
tests_unit_test_hosts_tick_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_hosts_tick_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_host_json
TESTS += tests/unit/test_host_json
tests_unit_test_host_json_SOURCES = tests/unit/test_host_json.c
tests_unit_test_host_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_host_json_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_gather
TESTS += tests/unit/test_gather
tests_unit_test_gather_SOURCES = tests/unit/test_gather.c
tests_unit_test_gather_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_gather_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)
tests_unit_test_gather_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc

check_PROGRAMS += tests/unit/test_hosts_memory
TESTS += tests/unit/test_hosts_memory
tests_unit_test_hosts_memory_SOURCES = tests/unit/test_hosts_memory.c
tests_unit_test_hosts_memory_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_hosts_memory_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_hosts_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_hosts_model
TESTS += tests/unit/test_hosts_model
tests_unit_test_hosts_model_SOURCES = tests/unit/test_hosts_model.c
tests_unit_test_hosts_model_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_hosts_model_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
