## unit tests of plugins/llm_listen/http

HTTP_TEST_LIBS = $(LISTEN_HTTP_LIBS) $(CHECK_LIBS)
HTTP_WORLD = \
	tests/support/http_client.c \
	tests/support/http_client.h \
	tests/support/http_world.c \
	tests/support/http_world.h

check_PROGRAMS += tests/unit/test_http_server
TESTS += tests/unit/test_http_server
tests_unit_test_http_server_SOURCES = \
	tests/unit/test_http_server.c $(HTTP_WORLD)
tests_unit_test_http_server_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_http_server_LDADD = $(HTTP_TEST_LIBS)
