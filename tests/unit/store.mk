## unit tests of common/store

STORE_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(SQLITE_CFLAGS)
STORE_TEST_ROOM = tests/support/room.c tests/support/room.h

check_PROGRAMS += tests/unit/test_writer
TESTS += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c $(STORE_TEST_ROOM)
tests_unit_test_writer_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_LDADD = $(STORE_LIBS) $(CHECK_LIBS)
