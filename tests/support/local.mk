## tests/support - what tests share, the simulated fleet, and payloads too
## large to be in git.

## Compiled once; a program takes of it what it names.
check_LTLIBRARIES += libtests.la
libtests_la_SOURCES = \
	tests/stress/flat.c tests/stress/flat.h \
	tests/support/damage.c tests/support/damage.h \
	tests/support/http_client.c tests/support/http_client.h \
	tests/support/http_world.c tests/support/http_world.h \
	tests/support/room.c tests/support/room.h \
	tests/support/ruin.c tests/support/ruin.h \
	tests/support/scarce.c tests/support/scarce.h \
	tests/support/scarce_sqlite.c tests/support/scarce_sqlite.h \
	tests/support/shrink.c tests/support/shrink.h \
	tests/support/story.c tests/support/story.h \
	tests/support/tenants.c tests/support/tenants.h \
	tests/support/turns.c tests/support/turns.h \
	tests/support/watch.c tests/support/watch.h \
	tests/support/wire.c tests/support/wire.h \
	tests/support/writing.c tests/support/writing.h \
	tests/support/ws_client.c tests/support/ws_client.h \
	tests/unit/alerting.c tests/unit/alerting.h \
	tests/unit/fleet.c tests/unit/fleet.h \
	tests/unit/keyring.c tests/unit/keyring.h \
	tests/unit/meeting.c tests/unit/meeting.h \
	tests/unit/people.c tests/unit/people.h \
	tests/unit/reporter.c tests/unit/reporter.h
libtests_la_CPPFLAGS = $(HTTP_TEST_CPPFLAGS) $(URCU_CFLAGS) $(GNUTLS_CFLAGS)

## For a program whose allocations are to fail (scarce.h).
SCARCE_FLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc,--wrap=strdup

## To be preloaded into a collectd: a disk that fails (disk/disk.h), and
## mistakes that must be found (disk/wrong.c).
PRELOADABLE = tests/support/disk/disk.la tests/support/disk/wrong.la
check_LTLIBRARIES += $(PRELOADABLE)
PRELOAD_FLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere
tests_support_disk_disk_la_SOURCES = \
	tests/support/disk/disk.c tests/support/disk/disk.h
tests_support_disk_disk_la_LDFLAGS = $(PRELOAD_FLAGS)
tests_support_disk_wrong_la_SOURCES = tests/support/disk/wrong.c
tests_support_disk_wrong_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
tests_support_disk_wrong_la_LDFLAGS = $(PRELOAD_FLAGS)

noinst_PROGRAMS += tests/support/sim/llmreg-sim
tests_support_sim_llmreg_sim_SOURCES = \
	tests/support/sim/answers.c \
	tests/support/sim/answers.h \
	tests/support/sim/conn.c \
	tests/support/sim/control.c \
	tests/support/sim/demo.c \
	tests/support/sim/main.c \
	tests/support/sim/odd.c \
	tests/support/sim/options.c \
	tests/support/sim/options.h \
	tests/support/sim/reqlog.c \
	tests/support/sim/reqlog.h \
	tests/support/sim/server.c \
	tests/support/sim/sim.h
tests_support_sim_llmreg_sim_CPPFLAGS = $(AM_CPPFLAGS) \
	-DSIM_DATA='"$(abs_top_srcdir)/tests/data/payloads"'

dist_check_SCRIPTS += tests/support/sim/selftest.py
TESTS += tests/support/sim/selftest.py

## The payloads of expected.tsv under large/; a test that reads them depends
## on $(LARGE_PAYLOADS) and finds them in the build directory.
LARGE_PAYLOADS = tests/data/payloads/large/many_models_20000.json
$(LARGE_PAYLOADS): tests/data/payloads/make-large
	$(AM_V_GEN)$(srcdir)/tests/data/payloads/make-large $(@D)
check_DATA = $(LARGE_PAYLOADS)
CLEANFILES += tests/data/payloads/large/*.json
EXTRA_DIST += tests/data/payloads
