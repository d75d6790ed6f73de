## tests/support - the simulated fleet, and payloads too large to be in git.

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
