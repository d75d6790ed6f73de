## tests/e2e - the real collectd; "make check-e2e E2E='-j 2 restart'" for some.

E2E =

EXTRA_DIST += \
	tests/e2e/openapi_properties.py \
	tests/e2e/oracle.py \
	tests/e2e/power.py \
	tests/e2e/run.py \
	tests/e2e/sealing.py \
	tests/e2e/servers.py \
	tests/e2e/siege.py \
	tests/e2e/sockets.py \
	tests/e2e/test_abuse.py \
	tests/e2e/test_alarms.py \
	tests/e2e/test_backups.py \
	tests/e2e/test_bodies.py \
	tests/e2e/test_config.py \
	tests/e2e/test_disk.py \
	tests/e2e/test_files.py \
	tests/e2e/test_hostile.py \
	tests/e2e/test_keeping.py \
	tests/e2e/test_library.py \
	tests/e2e/test_listen.py \
	tests/e2e/test_openapi.py \
	tests/e2e/test_oracle.py \
	tests/e2e/test_quickstart.py \
	tests/e2e/test_restart.py \
	tests/e2e/test_samples.py \
	tests/e2e/test_siege.py \
	tests/e2e/test_sockets.py \
	tests/e2e/test_stop.py \
	tests/e2e/test_store.py \
	tests/e2e/test_tls.py \
	tests/e2e/test_transfer.py \
	tests/e2e/world.py

.PHONY: check-e2e
check-e2e: all tests/support/sim/llmreg-sim $(PRELOADABLE)
	$(AM_V_at)rm -rf tests/e2e/root
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) -s install \
		DESTDIR="$(abs_builddir)/tests/e2e/root" >/dev/null
	$(AM_V_at)PYTHONDONTWRITEBYTECODE=1 \
		python3 $(top_srcdir)/tests/e2e/run.py $(E2E)

.PHONY: clean-e2e
clean-local: clean-e2e
clean-e2e:
	-rm -rf tests/e2e/root
