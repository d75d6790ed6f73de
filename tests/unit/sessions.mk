## unit tests of common/registry: agents that have sessions with each other

check_PROGRAMS += tests/unit/test_sessions
TESTS += tests/unit/test_sessions
tests_unit_test_sessions_SOURCES = tests/unit/test_sessions.c
tests_unit_test_sessions_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_sessions_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_sessions_end
TESTS += tests/unit/test_sessions_end
tests_unit_test_sessions_end_SOURCES = tests/unit/test_sessions_end.c
tests_unit_test_sessions_end_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_sessions_end_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_session_json
TESTS += tests/unit/test_session_json
tests_unit_test_session_json_SOURCES = tests/unit/test_session_json.c
tests_unit_test_session_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_session_json_LDADD = $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_graph
TESTS += tests/unit/test_graph
tests_unit_test_graph_SOURCES = tests/unit/test_graph.c
tests_unit_test_graph_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_graph_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)
tests_unit_test_graph_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc

check_PROGRAMS += tests/unit/test_sessions_memory
TESTS += tests/unit/test_sessions_memory
tests_unit_test_sessions_memory_SOURCES = tests/unit/test_sessions_memory.c
tests_unit_test_sessions_memory_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_sessions_memory_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_sessions_memory_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc

check_PROGRAMS += tests/unit/test_sessions_model
TESTS += tests/unit/test_sessions_model
tests_unit_test_sessions_model_SOURCES = tests/unit/test_sessions_model.c
tests_unit_test_sessions_model_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_sessions_model_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_unfound
TESTS += tests/unit/test_unfound
tests_unit_test_unfound_SOURCES = tests/unit/test_unfound.c
tests_unit_test_unfound_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_unfound_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)
tests_unit_test_unfound_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=urcu_bp_call_rcu
