## unit tests of common/registry: who may, and who did

check_PROGRAMS += tests/unit/test_tokens
TESTS += tests/unit/test_tokens
tests_unit_test_tokens_SOURCES = tests/unit/test_tokens.c
tests_unit_test_tokens_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_tokens_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_tokens_memory
TESTS += tests/unit/test_tokens_memory
tests_unit_test_tokens_memory_SOURCES = tests/unit/test_tokens_memory.c
tests_unit_test_tokens_memory_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_tokens_memory_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_tokens_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_token_json
TESTS += tests/unit/test_token_json
tests_unit_test_token_json_SOURCES = tests/unit/test_token_json.c \
	tests/unit/json_page.h
tests_unit_test_token_json_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_token_json_LDADD = libtests.la $(REGISTRY_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_audit
TESTS += tests/unit/test_audit
tests_unit_test_audit_SOURCES = tests/unit/test_audit.c
tests_unit_test_audit_CPPFLAGS = $(UNIT_CPPFLAGS) $(URCU_CFLAGS)
tests_unit_test_audit_LDADD = libtests.la $(REGISTRY_LIBS) $(CHECK_LIBS)
