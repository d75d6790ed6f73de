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
