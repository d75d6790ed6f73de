## unit tests of common/base

check_PROGRAMS += tests/unit/test_json_read
TESTS += tests/unit/test_json_read
tests_unit_test_json_read_SOURCES = tests/unit/test_json_read.c
tests_unit_test_json_read_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_read_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
tests_unit_test_json_read_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_write
TESTS += tests/unit/test_json_write
tests_unit_test_json_write_SOURCES = tests/unit/test_json_write.c
tests_unit_test_json_write_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_write_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
