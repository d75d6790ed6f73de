## tests/lint - the house's rules, held by machine; see rules.py.

LINT_TESTS = \
	tests/lint/check_format.py \
	tests/lint/check_git.py \
	tests/lint/check_headers.py \
	tests/lint/check_library.py \
	tests/lint/check_manual.py \
	tests/lint/check_rules.py \
	tests/lint/check_shell.py \
	tests/lint/check_sources.py \
	tests/lint/check_symbols.py

dist_check_SCRIPTS += $(LINT_TESTS)
EXTRA_DIST += \
	tests/lint/rules.py \
	tests/lint/source.py \
	tests/lint/bad

if !SANITIZED
TESTS += $(LINT_TESTS)
endif

check_PROGRAMS += tests/lint/print_tables
tests_lint_print_tables_SOURCES = tests/lint/print_tables.c
tests_lint_print_tables_LDADD = $(PROBE_LIBS)

check_PROGRAMS += tests/lint/print_listen_tables
tests_lint_print_listen_tables_SOURCES = tests/lint/print_listen_tables.c
tests_lint_print_listen_tables_LDADD = $(LISTEN_ALL_LIBS)
