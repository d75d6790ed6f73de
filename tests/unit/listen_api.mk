## unit tests of what can be asked of plugins/llm_listen: pure files alone, and
## routes over a real service without a socket (tests/support/desk.h)

check_LTLIBRARIES += libdesk.la
libdesk_la_SOURCES = \
	plugins/llm_listen/http/cidr.c \
	tests/support/desk.c tests/support/desk.h \
	tests/support/desk_fleet.c tests/support/desk_fleet.h \
	tests/support/desk_socket.c tests/support/desk_socket.h \
	tests/support/fake_http.c tests/support/fake_http.h \
	tests/support/json_find.c tests/support/json_find.h \
	tests/support/room.c tests/support/room.h
libdesk_la_CPPFLAGS = $(UNIT_CPPFLAGS) $(GNUTLS_CFLAGS)
libdesk_la_LIBADD = libllm_listen_api.la libllm_listen_core.la
DESK_LIBS = libdesk.la libllmreg.la $(GNUTLS_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_acks
TESTS += tests/unit/test_acks
tests_unit_test_acks_SOURCES = tests/unit/test_acks.c
tests_unit_test_acks_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_acks_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_admit
TESTS += tests/unit/test_admit
tests_unit_test_admit_SOURCES = tests/unit/test_admit.c
tests_unit_test_admit_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_admit_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_announced
TESTS += tests/unit/test_announced
tests_unit_test_announced_SOURCES = tests/unit/test_announced.c
tests_unit_test_announced_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_announced_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_ask
TESTS += tests/unit/test_ask
tests_unit_test_ask_SOURCES = tests/unit/test_ask.c
tests_unit_test_ask_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_ask_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_base64
TESTS += tests/unit/test_base64
tests_unit_test_base64_SOURCES = tests/unit/test_base64.c
tests_unit_test_base64_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_base64_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_body
TESTS += tests/unit/test_body
tests_unit_test_body_SOURCES = tests/unit/test_body.c
tests_unit_test_body_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_body_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_body_trees
TESTS += tests/unit/test_body_trees
tests_unit_test_body_trees_SOURCES = tests/unit/test_body_trees.c
tests_unit_test_body_trees_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_body_trees_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_buckets
TESTS += tests/unit/test_buckets
tests_unit_test_buckets_SOURCES = tests/unit/test_buckets.c
tests_unit_test_buckets_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_buckets_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_agentcom
TESTS += tests/unit/test_dialect_agentcom
tests_unit_test_dialect_agentcom_SOURCES = tests/unit/test_dialect_agentcom.c
tests_unit_test_dialect_agentcom_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_agentcom_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_agentcom_page
TESTS += tests/unit/test_dialect_agentcom_page
tests_unit_test_dialect_agentcom_page_SOURCES = tests/unit/test_dialect_agentcom_page.c
tests_unit_test_dialect_agentcom_page_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_agentcom_page_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_agentcom_socket
TESTS += tests/unit/test_dialect_agentcom_socket
tests_unit_test_dialect_agentcom_socket_SOURCES = tests/unit/test_dialect_agentcom_socket.c
tests_unit_test_dialect_agentcom_socket_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_agentcom_socket_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_agentcom_tokens
TESTS += tests/unit/test_dialect_agentcom_tokens
tests_unit_test_dialect_agentcom_tokens_SOURCES = tests/unit/test_dialect_agentcom_tokens.c
tests_unit_test_dialect_agentcom_tokens_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_agentcom_tokens_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_nexus
TESTS += tests/unit/test_dialect_nexus
tests_unit_test_dialect_nexus_SOURCES = tests/unit/test_dialect_nexus.c
tests_unit_test_dialect_nexus_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_nexus_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_optiinfra
TESTS += tests/unit/test_dialect_optiinfra
tests_unit_test_dialect_optiinfra_SOURCES = tests/unit/test_dialect_optiinfra.c
tests_unit_test_dialect_optiinfra_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_optiinfra_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_thunderline
TESTS += tests/unit/test_dialect_thunderline
tests_unit_test_dialect_thunderline_SOURCES = tests/unit/test_dialect_thunderline.c
tests_unit_test_dialect_thunderline_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_thunderline_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_endpoints_routes
TESTS += tests/unit/test_endpoints_routes
tests_unit_test_endpoints_routes_SOURCES = tests/unit/test_endpoints_routes.c
tests_unit_test_endpoints_routes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_endpoints_routes_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_event_routes
TESTS += tests/unit/test_event_routes
tests_unit_test_event_routes_SOURCES = tests/unit/test_event_routes.c
tests_unit_test_event_routes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_event_routes_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_feed
TESTS += tests/unit/test_feed
tests_unit_test_feed_SOURCES = tests/unit/test_feed.c
tests_unit_test_feed_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_feed_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_fleet_routes
TESTS += tests/unit/test_fleet_routes
tests_unit_test_fleet_routes_SOURCES = tests/unit/test_fleet_routes.c
tests_unit_test_fleet_routes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_fleet_routes_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_list
TESTS += tests/unit/test_list
tests_unit_test_list_SOURCES = tests/unit/test_list.c
tests_unit_test_list_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_list_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=calloc
tests_unit_test_list_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_listen_words
TESTS += tests/unit/test_listen_words
tests_unit_test_listen_words_SOURCES = tests/unit/test_listen_words.c
tests_unit_test_listen_words_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_listen_words_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_origin
TESTS += tests/unit/test_origin
tests_unit_test_origin_SOURCES = tests/unit/test_origin.c
tests_unit_test_origin_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_origin_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_query
TESTS += tests/unit/test_query
tests_unit_test_query_SOURCES = tests/unit/test_query.c
tests_unit_test_query_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_query_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_reporting
TESTS += tests/unit/test_reporting
tests_unit_test_reporting_SOURCES = tests/unit/test_reporting.c
tests_unit_test_reporting_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_reporting_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_roles
TESTS += tests/unit/test_roles
tests_unit_test_roles_SOURCES = tests/unit/test_roles.c
tests_unit_test_roles_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_roles_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_router
TESTS += tests/unit/test_router
tests_unit_test_router_SOURCES = tests/unit/test_router.c
tests_unit_test_router_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_router_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_samples
TESTS += tests/unit/test_samples
tests_unit_test_samples_SOURCES = tests/unit/test_samples.c
tests_unit_test_samples_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_samples_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_self_routes
TESTS += tests/unit/test_self_routes
tests_unit_test_self_routes_SOURCES = tests/unit/test_self_routes.c
tests_unit_test_self_routes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_self_routes_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_session_routes
TESTS += tests/unit/test_session_routes
tests_unit_test_session_routes_SOURCES = tests/unit/test_session_routes.c
tests_unit_test_session_routes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_session_routes_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_tag
TESTS += tests/unit/test_tag
tests_unit_test_tag_SOURCES = tests/unit/test_tag.c
tests_unit_test_tag_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_tag_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_token_routes
TESTS += tests/unit/test_token_routes
tests_unit_test_token_routes_SOURCES = tests/unit/test_token_routes.c
tests_unit_test_token_routes_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_token_routes_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_who
TESTS += tests/unit/test_who
tests_unit_test_who_SOURCES = tests/unit/test_who.c
tests_unit_test_who_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_who_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_dialect_nexus_socket
TESTS += tests/unit/test_dialect_nexus_socket
tests_unit_test_dialect_nexus_socket_SOURCES = tests/unit/test_dialect_nexus_socket.c
tests_unit_test_dialect_nexus_socket_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_dialect_nexus_socket_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_cooling
TESTS += tests/unit/test_cooling
tests_unit_test_cooling_SOURCES = tests/unit/test_cooling.c
tests_unit_test_cooling_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_cooling_LDADD = $(DESK_LIBS)

check_PROGRAMS += tests/unit/test_cast_memory
TESTS += tests/unit/test_cast_memory
tests_unit_test_cast_memory_SOURCES = tests/unit/test_cast_memory.c \
	tests/support/scarce.c tests/support/scarce.h
tests_unit_test_cast_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_cast_memory_LDADD = $(DESK_LIBS)
tests_unit_test_cast_memory_LDFLAGS = $(SCARCE_FLAGS)
