## unit tests of the pure files of plugins/llm_probe

PROBE_TEST_LIBS = $(PROBE_LIBS) $(CHECK_LIBS)
PROBE_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(CURL_CFLAGS) \
	-DPAYLOADS_SOURCE='"$(abs_top_srcdir)/tests/data/payloads"' \
	-DPAYLOADS_BUILD='"$(abs_top_builddir)/tests/data/payloads"'

EXPECTED = tests/support/expected.c tests/support/expected.h

check_PROGRAMS += tests/unit/test_backend_ollama
TESTS += tests/unit/test_backend_ollama
tests_unit_test_backend_ollama_SOURCES = \
	tests/unit/test_backend_ollama.c $(EXPECTED)
tests_unit_test_backend_ollama_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_backend_ollama_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_schedule
TESTS += tests/unit/test_schedule
tests_unit_test_schedule_SOURCES = tests/unit/test_schedule.c
tests_unit_test_schedule_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_schedule_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_lines
TESTS += tests/unit/test_lines
tests_unit_test_lines_SOURCES = tests/unit/test_lines.c
tests_unit_test_lines_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_lines_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_pace
TESTS += tests/unit/test_pace
tests_unit_test_pace_SOURCES = tests/unit/test_pace.c
tests_unit_test_pace_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_pace_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_verdict
TESTS += tests/unit/test_verdict
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c
tests_unit_test_verdict_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_verdict_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_file_sd
TESTS += tests/unit/test_file_sd
tests_unit_test_file_sd_SOURCES = tests/unit/test_file_sd.c
tests_unit_test_file_sd_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_file_sd_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_config
TESTS += tests/unit/test_config
tests_unit_test_config_SOURCES = tests/unit/test_config.c
tests_unit_test_config_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_config_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_secrets
TESTS += tests/unit/test_secrets
tests_unit_test_secrets_SOURCES = tests/unit/test_secrets.c
tests_unit_test_secrets_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_secrets_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_catalog
TESTS += tests/unit/test_catalog
tests_unit_test_catalog_SOURCES = tests/unit/test_catalog.c
tests_unit_test_catalog_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_catalog_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_facts
TESTS += tests/unit/test_facts
tests_unit_test_facts_SOURCES = tests/unit/test_facts.c
tests_unit_test_facts_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_facts_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_slurp
TESTS += tests/unit/test_slurp
tests_unit_test_slurp_SOURCES = tests/unit/test_slurp.c
tests_unit_test_slurp_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_slurp_LDADD = $(PROBE_TEST_LIBS)

check_PROGRAMS += tests/unit/test_request
TESTS += tests/unit/test_request
tests_unit_test_request_SOURCES = tests/unit/test_request.c
tests_unit_test_request_CPPFLAGS = $(PROBE_TEST_CPPFLAGS)
tests_unit_test_request_LDADD = $(PROBE_TEST_LIBS)
