## tests/ - mirrors the tree; programs link the archive of the room they test.

include tests/support/local.mk
include tests/unit/local.mk
include tests/plugin/local.mk
include tests/stress/local.mk
include tests/bench/local.mk
include tests/e2e/local.mk
include tests/python/local.mk
include tests/lint/local.mk

## The tests in which threads meet: what the thread sanitizer is for.  The
## others have one thread beside liburcu's.
THREADED_TESTS = \
	tests/plugin/test_host \
	tests/plugin/test_observe \
	tests/plugin/test_plugin \
	tests/plugin/test_probe \
	tests/stress/agents \
	tests/stress/alerts \
	tests/stress/bus \
	tests/stress/claim \
	tests/stress/health \
	tests/stress/hosts \
	tests/stress/observe \
	tests/stress/order \
	tests/stress/queries \
	tests/stress/registry \
	tests/stress/requests \
	tests/stress/sessions \
	tests/stress/snapshot \
	tests/unit/test_alerter \
	tests/unit/test_audit \
	tests/unit/test_beats \
	tests/unit/test_bus \
	tests/unit/test_caretaker \
	tests/unit/test_catalog \
	tests/unit/test_dialect_agentcom_page \
	tests/unit/test_dialect_agentcom_socket \
	tests/unit/test_durable \
	tests/unit/test_event_routes \
	tests/unit/test_feed \
	tests/unit/test_http_server \
	tests/unit/test_http_socket \
	tests/unit/test_http_tls \
	tests/unit/test_listen_observe \
	tests/unit/test_log \
	tests/unit/test_notifier \
	tests/unit/test_rcu \
	tests/unit/test_rcu_table \
	tests/unit/test_reporting \
	tests/unit/test_requests \
	tests/unit/test_service \
	tests/unit/test_slots \
	tests/unit/test_store \
	tests/unit/test_thread \
	tests/unit/test_timer \
	tests/unit/test_token_routes \
	tests/unit/test_writer \
	tests/unit/test_writer_agents \
	tests/unit/test_writer_alerts \
	tests/unit/test_writer_faults \
	tests/unit/test_writer_hosts \
	tests/unit/test_writer_restart \
	tests/unit/test_writer_sessions \
	tests/unit/test_writer_tokens

.PHONY: check-threads
check-threads:
	$(MAKE) $(AM_MAKEFLAGS) check \
		check_PROGRAMS="$(THREADED_TESTS) tests/stress/race_seeded" \
		TESTS="$(THREADED_TESTS) tests/stress/check_seeded"
