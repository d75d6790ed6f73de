## unit tests of plugins/llm_listen/http

HTTP_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) \
	-DHTTP_DATA='"$(abs_top_srcdir)/tests/data/http"' \
	-DHTTP_SUPPORT='"$(abs_top_srcdir)/tests/support"'
HTTP_TEST_LIBS = $(LISTEN_HTTP_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_http_server
TESTS += tests/unit/test_http_server
tests_unit_test_http_server_SOURCES = tests/unit/test_http_server.c
tests_unit_test_http_server_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_test_http_server_LDADD = libtests.la $(HTTP_TEST_LIBS)

check_PROGRAMS += tests/unit/test_http_malformed
TESTS += tests/unit/test_http_malformed
tests_unit_test_http_malformed_SOURCES = tests/unit/test_http_malformed.c
tests_unit_test_http_malformed_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_test_http_malformed_LDADD = libtests.la $(HTTP_TEST_LIBS)
EXTRA_DIST += tests/data/http

check_PROGRAMS += tests/unit/test_http_tls
TESTS += tests/unit/test_http_tls
tests_unit_test_http_tls_SOURCES = tests/unit/test_http_tls.c \
	tests/support/tls_client.c tests/support/tls_client.h
tests_unit_test_http_tls_CPPFLAGS = $(HTTP_TEST_CPPFLAGS) $(GNUTLS_CFLAGS)
tests_unit_test_http_tls_LDADD = libtests.la $(HTTP_TEST_LIBS)
EXTRA_DIST += tests/support/make_certs.sh

check_PROGRAMS += tests/unit/test_http_socket
TESTS += tests/unit/test_http_socket
tests_unit_test_http_socket_SOURCES = tests/unit/test_http_socket.c
tests_unit_test_http_socket_CPPFLAGS = $(HTTP_TEST_CPPFLAGS)
tests_unit_test_http_socket_LDADD = libtests.la $(HTTP_TEST_LIBS)
