## tests/bench - benchmarks; contrib/bench runs them and holds the limits.

check_PROGRAMS += tests/bench/bare_curl
tests_bench_bare_curl_SOURCES = tests/bench/bare_curl.c
tests_bench_bare_curl_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
tests_bench_bare_curl_LDADD = $(CURL_LIBS)

check_LTLIBRARIES += tests/bench/llmreg_stub.la
tests_bench_llmreg_stub_la_SOURCES = tests/bench/stub_plugin.c
tests_bench_llmreg_stub_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)
tests_bench_llmreg_stub_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-shared -rpath /nowhere

EXTRA_DIST += \
	contrib/bench \
	tests/bench/harness.py \
	tests/bench/limits \
	tests/bench/loops.py \
	tests/bench/probe.py
