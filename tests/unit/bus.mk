## unit tests of common/bus

check_PROGRAMS += tests/unit/test_bus
TESTS += tests/unit/test_bus
tests_unit_test_bus_SOURCES = tests/unit/test_bus.c
tests_unit_test_bus_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_bus_LDADD = $(BUS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_event
TESTS += tests/unit/test_event
tests_unit_test_event_SOURCES = tests/unit/test_event.c
tests_unit_test_event_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_event_LDADD = $(BUS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_event_json
TESTS += tests/unit/test_event_json
tests_unit_test_event_json_SOURCES = tests/unit/test_event_json.c
tests_unit_test_event_json_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_event_json_LDADD = $(BUS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_bus_memory
TESTS += tests/unit/test_bus_memory
tests_unit_test_bus_memory_SOURCES = tests/unit/test_bus_memory.c
tests_unit_test_bus_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_bus_memory_LDADD = libtests.la $(BUS_LIBS) $(CHECK_LIBS)
tests_unit_test_bus_memory_LDFLAGS = $(SCARCE_FLAGS)
