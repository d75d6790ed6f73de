## unit tests of common/base

check_PROGRAMS += tests/unit/test_json_read
TESTS += tests/unit/test_json_read
tests_unit_test_json_read_SOURCES = tests/unit/test_json_read.c \
	tests/unit/json_trace.h
tests_unit_test_json_read_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_read_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_write
TESTS += tests/unit/test_json_write
tests_unit_test_json_write_SOURCES = tests/unit/test_json_write.c \
	tests/unit/json_page.h
tests_unit_test_json_write_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_write_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_text
TESTS += tests/unit/test_json_text
tests_unit_test_json_text_SOURCES = tests/unit/test_json_text.c \
	tests/unit/json_page.h
tests_unit_test_json_text_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_text_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_number
TESTS += tests/unit/test_json_number
tests_unit_test_json_number_SOURCES = tests/unit/test_json_number.c \
	tests/unit/json_page.h
tests_unit_test_json_number_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_number_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_clock
TESTS += tests/unit/test_clock
tests_unit_test_clock_SOURCES = tests/unit/test_clock.c
tests_unit_test_clock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_clock_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_hash
TESTS += tests/unit/test_hash
tests_unit_test_hash_SOURCES = tests/unit/test_hash.c
tests_unit_test_hash_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_hash_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_log
TESTS += tests/unit/test_log
tests_unit_test_log_SOURCES = tests/unit/test_log.c
tests_unit_test_log_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_log_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_names
TESTS += tests/unit/test_names
tests_unit_test_names_SOURCES = tests/unit/test_names.c
tests_unit_test_names_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_names_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_options
TESTS += tests/unit/test_options
tests_unit_test_options_SOURCES = tests/unit/test_options.c
tests_unit_test_options_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_options_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_options_value
TESTS += tests/unit/test_options_value
tests_unit_test_options_value_SOURCES = tests/unit/test_options_value.c
tests_unit_test_options_value_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_options_value_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_status
TESTS += tests/unit/test_status
tests_unit_test_status_SOURCES = tests/unit/test_status.c
tests_unit_test_status_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_status_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_arena
TESTS += tests/unit/test_arena
tests_unit_test_arena_SOURCES = tests/unit/test_arena.c
tests_unit_test_arena_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_arena_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc
tests_unit_test_arena_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_table
TESTS += tests/unit/test_table
tests_unit_test_table_SOURCES = tests/unit/test_table.c
tests_unit_test_table_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_table_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=calloc,--wrap=strdup
tests_unit_test_table_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_text
TESTS += tests/unit/test_text
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_text_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_thread
TESTS += tests/unit/test_thread
tests_unit_test_thread_SOURCES = tests/unit/test_thread.c
tests_unit_test_thread_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_thread_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=pthread_create
tests_unit_test_thread_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_time
TESTS += tests/unit/test_time
tests_unit_test_time_SOURCES = tests/unit/test_time.c
tests_unit_test_time_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_time_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_url
TESTS += tests/unit/test_url
tests_unit_test_url_SOURCES = tests/unit/test_url.c
tests_unit_test_url_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_url_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_utf8
TESTS += tests/unit/test_utf8
tests_unit_test_utf8_SOURCES = tests/unit/test_utf8.c
tests_unit_test_utf8_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_utf8_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_guard
TESTS += tests/unit/test_json_guard
tests_unit_test_json_guard_SOURCES = tests/unit/test_json_guard.c
tests_unit_test_json_guard_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_guard_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_memory
TESTS += tests/unit/test_json_memory
tests_unit_test_json_memory_SOURCES = tests/unit/test_json_memory.c \
	tests/unit/json_trace.h
tests_unit_test_json_memory_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
tests_unit_test_json_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_memory_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_path
TESTS += tests/unit/test_json_path
tests_unit_test_json_path_SOURCES = tests/unit/test_json_path.c
tests_unit_test_json_path_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_path_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_json_limits
TESTS += tests/unit/test_json_limits
tests_unit_test_json_limits_SOURCES = tests/unit/test_json_limits.c \
	tests/unit/json_trace.h
tests_unit_test_json_limits_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_json_limits_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_heap
TESTS += tests/unit/test_heap
tests_unit_test_heap_SOURCES = tests/unit/test_heap.c
tests_unit_test_heap_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_heap_LDADD = $(BASE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_host_names
TESTS += tests/unit/test_host_names
tests_unit_test_host_names_SOURCES = tests/unit/test_host_names.c
tests_unit_test_host_names_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_host_names_LDADD = $(BASE_LIBS) $(CHECK_LIBS)
