## unit tests of common/domain

check_PROGRAMS += tests/unit/test_health
TESTS += tests/unit/test_health
tests_unit_test_health_SOURCES = tests/unit/test_health.c
tests_unit_test_health_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_health_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_latency
TESTS += tests/unit/test_latency
tests_unit_test_latency_SOURCES = tests/unit/test_latency.c
tests_unit_test_latency_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_latency_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_models
TESTS += tests/unit/test_models
tests_unit_test_models_SOURCES = tests/unit/test_models.c
tests_unit_test_models_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_models_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_models_check
TESTS += tests/unit/test_models_check
tests_unit_test_models_check_SOURCES = tests/unit/test_models_check.c
tests_unit_test_models_check_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_models_check_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_phase
TESTS += tests/unit/test_phase
tests_unit_test_phase_SOURCES = tests/unit/test_phase.c
tests_unit_test_phase_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_phase_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_score
TESTS += tests/unit/test_score
tests_unit_test_score_SOURCES = tests/unit/test_score.c
tests_unit_test_score_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_score_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_spec
TESTS += tests/unit/test_spec
tests_unit_test_spec_SOURCES = tests/unit/test_spec.c
tests_unit_test_spec_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_spec_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_words
TESTS += tests/unit/test_words
tests_unit_test_words_SOURCES = tests/unit/test_words.c
tests_unit_test_words_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_words_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_health_model
TESTS += tests/unit/test_health_model
tests_unit_test_health_model_SOURCES = tests/unit/test_health_model.c
tests_unit_test_health_model_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_health_model_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alert
TESTS += tests/unit/test_alert
tests_unit_test_alert_SOURCES = tests/unit/test_alert.c
tests_unit_test_alert_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alert_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rules
TESTS += tests/unit/test_rules
tests_unit_test_rules_SOURCES = tests/unit/test_rules.c
tests_unit_test_rules_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rules_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_check
TESTS += tests/unit/test_check
tests_unit_test_check_SOURCES = tests/unit/test_check.c
tests_unit_test_check_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_check_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_resources
TESTS += tests/unit/test_resources
tests_unit_test_resources_SOURCES = tests/unit/test_resources.c
tests_unit_test_resources_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_resources_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_agent
TESTS += tests/unit/test_agent
tests_unit_test_agent_SOURCES = tests/unit/test_agent.c
tests_unit_test_agent_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_agent_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_heartbeat
TESTS += tests/unit/test_heartbeat
tests_unit_test_heartbeat_SOURCES = tests/unit/test_heartbeat.c
tests_unit_test_heartbeat_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_heartbeat_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_metadata
TESTS += tests/unit/test_metadata
tests_unit_test_metadata_SOURCES = tests/unit/test_metadata.c
tests_unit_test_metadata_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_metadata_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_presence
TESTS += tests/unit/test_presence
tests_unit_test_presence_SOURCES = tests/unit/test_presence.c
tests_unit_test_presence_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_presence_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_window
TESTS += tests/unit/test_window
tests_unit_test_window_SOURCES = tests/unit/test_window.c
tests_unit_test_window_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_window_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

## Random sequences, and the shortest that fails.
check_PROGRAMS += tests/unit/test_shrink
TESTS += tests/unit/test_shrink
tests_unit_test_shrink_SOURCES = tests/unit/test_shrink.c
tests_unit_test_shrink_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_shrink_LDADD = libtests.la $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alert_model
TESTS += tests/unit/test_alert_model
tests_unit_test_alert_model_SOURCES = tests/unit/test_alert_model.c
tests_unit_test_alert_model_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alert_model_LDADD = libtests.la $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_session
TESTS += tests/unit/test_session
tests_unit_test_session_SOURCES = tests/unit/test_session.c
tests_unit_test_session_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_session_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_token
TESTS += tests/unit/test_token
tests_unit_test_token_SOURCES = tests/unit/test_token.c
tests_unit_test_token_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_token_LDADD = $(DOMAIN_LIBS) $(CHECK_LIBS)
