## tests/stress - everybody at once; most of their worth is under the thread
## sanitizer, but they hold what they see to its promises in every build.

check_PROGRAMS += tests/stress/registry
TESTS += tests/stress/registry
tests_stress_registry_SOURCES = tests/stress/registry.c
tests_stress_registry_LDADD = libtests.la $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/snapshot
TESTS += tests/stress/snapshot
tests_stress_snapshot_SOURCES = tests/stress/snapshot.c
tests_stress_snapshot_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/bus
TESTS += tests/stress/bus
tests_stress_bus_SOURCES = tests/stress/bus.c
tests_stress_bus_LDADD = $(BUS_LIBS)

check_PROGRAMS += tests/stress/requests
TESTS += tests/stress/requests
tests_stress_requests_SOURCES = tests/stress/requests.c
tests_stress_requests_LDADD = libtests.la $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/health
TESTS += tests/stress/health
tests_stress_health_SOURCES = tests/stress/health.c
tests_stress_health_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
tests_stress_health_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/order
TESTS += tests/stress/order
tests_stress_order_SOURCES = tests/stress/order.c
tests_stress_order_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
tests_stress_order_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/queries
TESTS += tests/stress/queries
tests_stress_queries_SOURCES = tests/stress/queries.c
tests_stress_queries_LDADD = libtests.la $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/claim
TESTS += tests/stress/claim
tests_stress_claim_SOURCES = tests/stress/claim.c
tests_stress_claim_LDADD = libtests.la $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/agents
TESTS += tests/stress/agents
tests_stress_agents_SOURCES = tests/stress/agents.c
tests_stress_agents_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/alerts
TESTS += tests/stress/alerts
tests_stress_alerts_SOURCES = tests/stress/alerts.c
tests_stress_alerts_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/hosts
TESTS += tests/stress/hosts
tests_stress_hosts_SOURCES = tests/stress/hosts.c
tests_stress_hosts_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/sessions
TESTS += tests/stress/sessions
tests_stress_sessions_SOURCES = tests/stress/sessions.c
tests_stress_sessions_LDADD = $(REGISTRY_LIBS)

check_PROGRAMS += tests/stress/observe
TESTS += tests/stress/observe
tests_stress_observe_SOURCES = tests/stress/observe.c
tests_stress_observe_LDADD = $(LISTEN_LIBS) -lm

## Wrong on purpose, so no test itself: check_seeded runs it.
check_PROGRAMS += tests/stress/race_seeded
tests_stress_race_seeded_SOURCES = \
	tests/stress/race.h \
	tests/stress/race_agents.c \
	tests/stress/race_alerts.c \
	tests/stress/race_endpoints.c \
	tests/stress/race_hosts.c \
	tests/stress/race_seeded.c \
	tests/stress/race_sessions.c \
	tests/stress/race_tables.c \
	tests/stress/race_tokens.c
tests_stress_race_seeded_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
tests_stress_race_seeded_LDADD = $(REGISTRY_LIBS)

dist_check_SCRIPTS += tests/stress/check_seeded
TESTS += tests/stress/check_seeded

## What liburcu does inside is not ours to report; to see that it was inside,
## the sanitizer needs a long memory.  Check's four seconds are short where a
## sanitizer, or a neighbour, takes most of them.
EXTRA_DIST += tests/support/tsan.supp
AM_TESTS_ENVIRONMENT = \
	TSAN_OPTIONS='suppressions=$(abs_top_srcdir)/tests/support/tsan.supp history_size=7'; \
	CK_TIMEOUT_MULTIPLIER=10; \
	export TSAN_OPTIONS CK_TIMEOUT_MULTIPLIER;
