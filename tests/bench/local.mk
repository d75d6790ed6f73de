## tests/bench - benchmarks; contrib/bench runs them and holds the limits.

check_PROGRAMS += tests/bench/bare_curl
tests_bench_bare_curl_SOURCES = tests/bench/bare_curl.c
tests_bench_bare_curl_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
tests_bench_bare_curl_LDADD = $(CURL_LIBS)
