## unit tests of common/service

check_PROGRAMS += tests/unit/test_clockwatch
TESTS += tests/unit/test_clockwatch
tests_unit_test_clockwatch_SOURCES = tests/unit/test_clockwatch.c
tests_unit_test_clockwatch_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_clockwatch_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_deadlines
TESTS += tests/unit/test_deadlines
tests_unit_test_deadlines_SOURCES = tests/unit/test_deadlines.c
tests_unit_test_deadlines_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_deadlines_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_letter
TESTS += tests/unit/test_letter
tests_unit_test_letter_SOURCES = tests/unit/test_letter.c
tests_unit_test_letter_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_letter_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_lost_models
TESTS += tests/unit/test_lost_models
tests_unit_test_lost_models_SOURCES = tests/unit/test_lost_models.c
tests_unit_test_lost_models_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_lost_models_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_metrics
TESTS += tests/unit/test_metrics
tests_unit_test_metrics_SOURCES = tests/unit/test_metrics.c
tests_unit_test_metrics_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_metrics_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_metrics_fleet
TESTS += tests/unit/test_metrics_fleet
tests_unit_test_metrics_fleet_SOURCES = tests/unit/test_metrics_fleet.c
tests_unit_test_metrics_fleet_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_metrics_fleet_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_metrics_host
TESTS += tests/unit/test_metrics_host
tests_unit_test_metrics_host_SOURCES = tests/unit/test_metrics_host.c
tests_unit_test_metrics_host_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_metrics_host_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_metrics_store
TESTS += tests/unit/test_metrics_store
tests_unit_test_metrics_store_SOURCES = tests/unit/test_metrics_store.c
tests_unit_test_metrics_store_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_metrics_store_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_metrics_own
TESTS += tests/unit/test_metrics_own
tests_unit_test_metrics_own_SOURCES = tests/unit/test_metrics_own.c
tests_unit_test_metrics_own_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_metrics_own_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_notifier
TESTS += tests/unit/test_notifier
tests_unit_test_notifier_SOURCES = tests/unit/test_notifier.c
tests_unit_test_notifier_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_notifier_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_notifier_memory
TESTS += tests/unit/test_notifier_memory
tests_unit_test_notifier_memory_SOURCES = tests/unit/test_notifier_memory.c
tests_unit_test_notifier_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_notifier_memory_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)
tests_unit_test_notifier_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_notify_text
TESTS += tests/unit/test_notify_text
tests_unit_test_notify_text_SOURCES = tests/unit/test_notify_text.c
tests_unit_test_notify_text_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_notify_text_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_service
TESTS += tests/unit/test_service
tests_unit_test_service_SOURCES = tests/unit/test_service.c
tests_unit_test_service_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_service_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_settings
TESTS += tests/unit/test_settings
tests_unit_test_settings_SOURCES = tests/unit/test_settings.c
tests_unit_test_settings_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_settings_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_timer
TESTS += tests/unit/test_timer
tests_unit_test_timer_SOURCES = tests/unit/test_timer.c
tests_unit_test_timer_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_timer_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_shared
TESTS += tests/unit/test_shared
tests_unit_test_shared_SOURCES = tests/unit/test_shared.c
tests_unit_test_shared_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_shared_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)
tests_unit_test_shared_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_unmatched
TESTS += tests/unit/test_unmatched
tests_unit_test_unmatched_SOURCES = tests/unit/test_unmatched.c
tests_unit_test_unmatched_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_unmatched_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_settings_alert
TESTS += tests/unit/test_settings_alert
tests_unit_test_settings_alert_SOURCES = tests/unit/test_settings_alert.c
tests_unit_test_settings_alert_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_settings_alert_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_settings_effect
TESTS += tests/unit/test_settings_effect
tests_unit_test_settings_effect_SOURCES = tests/unit/test_settings_effect.c
tests_unit_test_settings_effect_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_settings_effect_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_guard
TESTS += tests/unit/test_guard
tests_unit_test_guard_SOURCES = tests/unit/test_guard.c
tests_unit_test_guard_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_guard_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rules_endpoint
TESTS += tests/unit/test_rules_endpoint
tests_unit_test_rules_endpoint_SOURCES = tests/unit/test_rules_endpoint.c
tests_unit_test_rules_endpoint_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rules_endpoint_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rules_fleet
TESTS += tests/unit/test_rules_fleet
tests_unit_test_rules_fleet_SOURCES = tests/unit/test_rules_fleet.c
tests_unit_test_rules_fleet_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rules_fleet_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerter
TESTS += tests/unit/test_alerter
tests_unit_test_alerter_SOURCES = tests/unit/test_alerter.c
tests_unit_test_alerter_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alerter_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rules_host
TESTS += tests/unit/test_rules_host
tests_unit_test_rules_host_SOURCES = tests/unit/test_rules_host.c
tests_unit_test_rules_host_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rules_host_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rules_agent
TESTS += tests/unit/test_rules_agent
tests_unit_test_rules_agent_SOURCES = tests/unit/test_rules_agent.c
tests_unit_test_rules_agent_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_rules_agent_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_pile
TESTS += tests/unit/test_pile
tests_unit_test_pile_SOURCES = tests/unit/test_pile.c
tests_unit_test_pile_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_pile_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)
tests_unit_test_pile_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_newest
TESTS += tests/unit/test_newest
tests_unit_test_newest_SOURCES = tests/unit/test_newest.c
tests_unit_test_newest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_newest_LDADD = $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_first_failure
TESTS += tests/unit/test_first_failure
tests_unit_test_first_failure_SOURCES = tests/unit/test_first_failure.c
tests_unit_test_first_failure_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_first_failure_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerter_full
TESTS += tests/unit/test_alerter_full
tests_unit_test_alerter_full_SOURCES = tests/unit/test_alerter_full.c
tests_unit_test_alerter_full_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alerter_full_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_alerter_clock
TESTS += tests/unit/test_alerter_clock
tests_unit_test_alerter_clock_SOURCES = tests/unit/test_alerter_clock.c
tests_unit_test_alerter_clock_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alerter_clock_LDADD = libtests.la $(SERVICE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_flapping
TESTS += tests/unit/test_flapping
tests_unit_test_flapping_SOURCES = tests/unit/test_flapping.c
tests_unit_test_flapping_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_flapping_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_census
TESTS += tests/unit/test_census
tests_unit_test_census_SOURCES = tests/unit/test_census.c
tests_unit_test_census_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_census_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_maintenance_memory
TESTS += tests/unit/test_maintenance_memory
tests_unit_test_maintenance_memory_SOURCES = tests/unit/test_maintenance_memory.c
tests_unit_test_maintenance_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_maintenance_memory_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)
tests_unit_test_maintenance_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_alerter_memory
TESTS += tests/unit/test_alerter_memory
tests_unit_test_alerter_memory_SOURCES = tests/unit/test_alerter_memory.c
tests_unit_test_alerter_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_alerter_memory_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)
tests_unit_test_alerter_memory_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_timer_memory
TESTS += tests/unit/test_timer_memory
tests_unit_test_timer_memory_SOURCES = tests/unit/test_timer_memory.c
tests_unit_test_timer_memory_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_test_timer_memory_LDADD = libtests.la $(SERVICE_LIBS) $(CHECK_LIBS)
tests_unit_test_timer_memory_LDFLAGS = $(SCARCE_FLAGS)
