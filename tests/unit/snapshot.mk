## unit tests of the snapshot, which has all tables

check_PROGRAMS += tests/unit/test_snapshot
TESTS += tests/unit/test_snapshot
tests_unit_test_snapshot_SOURCES = tests/unit/test_snapshot.c
tests_unit_test_snapshot_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_snapshot_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_snapshot_models
TESTS += tests/unit/test_snapshot_models
tests_unit_test_snapshot_models_SOURCES = tests/unit/test_snapshot_models.c
tests_unit_test_snapshot_models_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_snapshot_models_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_snapshot_json
TESTS += tests/unit/test_snapshot_json
tests_unit_test_snapshot_json_SOURCES = tests/unit/test_snapshot_json.c \
	tests/unit/json_page.h
tests_unit_test_snapshot_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_snapshot_json_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_snapshot_changes
TESTS += tests/unit/test_snapshot_changes
tests_unit_test_snapshot_changes_SOURCES = tests/unit/test_snapshot_changes.c
tests_unit_test_snapshot_changes_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_snapshot_changes_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_snapshot_changes_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=snapshot_collect
