## unit tests of common/store

STORE_TEST_CPPFLAGS = $(UNIT_CPPFLAGS) $(SQLITE_CFLAGS)
check_PROGRAMS += tests/unit/test_backup_rules
TESTS += tests/unit/test_backup_rules
tests_unit_test_backup_rules_SOURCES = tests/unit/test_backup_rules.c
tests_unit_test_backup_rules_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_backup_rules_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_ballast
TESTS += tests/unit/test_ballast
tests_unit_test_ballast_SOURCES = tests/unit/test_ballast.c
tests_unit_test_ballast_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_ballast_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_ballast_LDFLAGS = -Wl,--wrap=statvfs -Wl,--wrap=fallocate

check_PROGRAMS += tests/unit/test_batch
TESTS += tests/unit/test_batch
tests_unit_test_batch_SOURCES = tests/unit/test_batch.c
tests_unit_test_batch_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_batch_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_beats
TESTS += tests/unit/test_beats
tests_unit_test_beats_SOURCES = tests/unit/test_beats.c
tests_unit_test_beats_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_beats_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_caretaker
TESTS += tests/unit/test_caretaker
tests_unit_test_caretaker_SOURCES = tests/unit/test_caretaker.c
tests_unit_test_caretaker_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_caretaker_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_caretaker_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_compact
TESTS += tests/unit/test_compact
tests_unit_test_compact_SOURCES = tests/unit/test_compact.c
tests_unit_test_compact_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_compact_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_crc
TESTS += tests/unit/test_crc
tests_unit_test_crc_SOURCES = tests/unit/test_crc.c
tests_unit_test_crc_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_crc_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_database
TESTS += tests/unit/test_database
tests_unit_test_database_SOURCES = tests/unit/test_database.c
tests_unit_test_database_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_database_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_measure
TESTS += tests/unit/test_measure
tests_unit_test_measure_SOURCES = tests/unit/test_measure.c
tests_unit_test_measure_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_measure_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_measure_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=statvfs

check_PROGRAMS += tests/unit/test_scrub
TESTS += tests/unit/test_scrub
tests_unit_test_scrub_SOURCES = tests/unit/test_scrub.c
tests_unit_test_scrub_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_scrub_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_sums
TESTS += tests/unit/test_sums
tests_unit_test_sums_SOURCES = tests/unit/test_sums.c
tests_unit_test_sums_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_sums_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_dirty
TESTS += tests/unit/test_dirty
tests_unit_test_dirty_SOURCES = tests/unit/test_dirty.c
tests_unit_test_dirty_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_dirty_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_durable
TESTS += tests/unit/test_durable
tests_unit_test_durable_SOURCES = tests/unit/test_durable.c
tests_unit_test_durable_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_durable_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_file_check
TESTS += tests/unit/test_file_check
tests_unit_test_file_check_SOURCES = tests/unit/test_file_check.c
tests_unit_test_file_check_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_file_check_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_files
TESTS += tests/unit/test_files
tests_unit_test_files_SOURCES = tests/unit/test_files.c
tests_unit_test_files_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_files_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_home
TESTS += tests/unit/test_home
tests_unit_test_home_SOURCES = tests/unit/test_home.c
tests_unit_test_home_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_home_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_keep
TESTS += tests/unit/test_keep
tests_unit_test_keep_SOURCES = tests/unit/test_keep.c
tests_unit_test_keep_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_keep_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_ladder
TESTS += tests/unit/test_ladder
tests_unit_test_ladder_SOURCES = tests/unit/test_ladder.c
tests_unit_test_ladder_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_ladder_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_ladder_killed
TESTS += tests/unit/test_ladder_killed
tests_unit_test_ladder_killed_SOURCES = tests/unit/test_ladder_killed.c \
	tests/support/disk/disk.c tests/support/disk/disk.h
tests_unit_test_ladder_killed_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_ladder_killed_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_lifelock
TESTS += tests/unit/test_lifelock
tests_unit_test_lifelock_SOURCES = tests/unit/test_lifelock.c
tests_unit_test_lifelock_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_lifelock_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_load
TESTS += tests/unit/test_load
tests_unit_test_load_SOURCES = tests/unit/test_load.c
tests_unit_test_load_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_load_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_migration
TESTS += tests/unit/test_migration
tests_unit_test_migration_SOURCES = tests/unit/test_migration.c
tests_unit_test_migration_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_migration_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_migration_files
TESTS += tests/unit/test_migration_files
tests_unit_test_migration_files_SOURCES = tests/unit/test_migration_files.c \
	tests/support/disk/disk.c tests/support/disk/disk.h
tests_unit_test_migration_files_CPPFLAGS = $(STORE_TEST_CPPFLAGS) \
	-DSTORE_DATA='"$(abs_top_srcdir)/tests/data/store"'
tests_unit_test_migration_files_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)
EXTRA_DIST += tests/data/store

check_PROGRAMS += tests/unit/test_mount
TESTS += tests/unit/test_mount
tests_unit_test_mount_SOURCES = tests/unit/test_mount.c
tests_unit_test_mount_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_mount_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_mount_LDFLAGS = -Wl,--wrap=statfs

check_PROGRAMS += tests/unit/test_newer
TESTS += tests/unit/test_newer
tests_unit_test_newer_SOURCES = tests/unit/test_newer.c
tests_unit_test_newer_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_newer_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_pairs
TESTS += tests/unit/test_pairs
tests_unit_test_pairs_SOURCES = tests/unit/test_pairs.c
tests_unit_test_pairs_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_pairs_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_reader
TESTS += tests/unit/test_reader
tests_unit_test_reader_SOURCES = tests/unit/test_reader.c
tests_unit_test_reader_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_reader_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rows
TESTS += tests/unit/test_rows
tests_unit_test_rows_SOURCES = tests/unit/test_rows.c
tests_unit_test_rows_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_rows_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rows_agent
TESTS += tests/unit/test_rows_agent
tests_unit_test_rows_agent_SOURCES = tests/unit/test_rows_agent.c
tests_unit_test_rows_agent_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_rows_agent_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rows_alert
TESTS += tests/unit/test_rows_alert
tests_unit_test_rows_alert_SOURCES = tests/unit/test_rows_alert.c
tests_unit_test_rows_alert_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_rows_alert_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rows_host
TESTS += tests/unit/test_rows_host
tests_unit_test_rows_host_SOURCES = tests/unit/test_rows_host.c
tests_unit_test_rows_host_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_rows_host_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rows_session
TESTS += tests/unit/test_rows_session
tests_unit_test_rows_session_SOURCES = tests/unit/test_rows_session.c
tests_unit_test_rows_session_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_rows_session_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_rows_token
TESTS += tests/unit/test_rows_token
tests_unit_test_rows_token_SOURCES = tests/unit/test_rows_token.c
tests_unit_test_rows_token_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_rows_token_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_schema
TESTS += tests/unit/test_schema
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c
tests_unit_test_schema_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_schema_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_sequence
TESTS += tests/unit/test_sequence
tests_unit_test_sequence_SOURCES = tests/unit/test_sequence.c
tests_unit_test_sequence_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_sequence_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_store
TESTS += tests/unit/test_store
tests_unit_test_store_SOURCES = tests/unit/test_store.c
tests_unit_test_store_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_database_memory
TESTS += tests/unit/test_database_memory
tests_unit_test_database_memory_SOURCES = tests/unit/test_database_memory.c
tests_unit_test_database_memory_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_database_memory_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_store_memory
TESTS += tests/unit/test_store_memory
tests_unit_test_store_memory_SOURCES = tests/unit/test_store_memory.c
tests_unit_test_store_memory_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_memory_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_store_memory_LDFLAGS = $(SCARCE_FLAGS) \
	-Wl,--wrap=database_open

check_PROGRAMS += tests/unit/test_store_killed
TESTS += tests/unit/test_store_killed
tests_unit_test_store_killed_SOURCES = tests/unit/test_store_killed.c \
	tests/support/disk/disk.c tests/support/disk/disk.h
tests_unit_test_store_killed_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_killed_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_textpool
TESTS += tests/unit/test_textpool
tests_unit_test_textpool_SOURCES = tests/unit/test_textpool.c
tests_unit_test_textpool_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_textpool_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_restore
TESTS += tests/unit/test_restore
tests_unit_test_restore_SOURCES = tests/unit/test_restore.c
tests_unit_test_restore_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_restore_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_restore_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_restore_killed
TESTS += tests/unit/test_restore_killed
tests_unit_test_restore_killed_SOURCES = tests/unit/test_restore_killed.c \
	tests/support/disk/disk.c tests/support/disk/disk.h
tests_unit_test_restore_killed_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_restore_killed_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_revive
TESTS += tests/unit/test_revive
tests_unit_test_revive_SOURCES = tests/unit/test_revive.c
tests_unit_test_revive_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_revive_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_revive_LDFLAGS = $(SCARCE_FLAGS)

check_PROGRAMS += tests/unit/test_vault
TESTS += tests/unit/test_vault
tests_unit_test_vault_SOURCES = tests/unit/test_vault.c
tests_unit_test_vault_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_vault_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)
tests_unit_test_vault_LDFLAGS = $(SCARCE_FLAGS) -Wl,--wrap=statvfs

check_PROGRAMS += tests/unit/test_store_verdict
TESTS += tests/unit/test_store_verdict
tests_unit_test_store_verdict_SOURCES = tests/unit/test_store_verdict.c
tests_unit_test_store_verdict_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_store_verdict_LDADD = $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer
TESTS += tests/unit/test_writer
tests_unit_test_writer_SOURCES = tests/unit/test_writer.c
tests_unit_test_writer_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_agents
TESTS += tests/unit/test_writer_agents
tests_unit_test_writer_agents_SOURCES = tests/unit/test_writer_agents.c
tests_unit_test_writer_agents_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_agents_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_alerts
TESTS += tests/unit/test_writer_alerts
tests_unit_test_writer_alerts_SOURCES = tests/unit/test_writer_alerts.c
tests_unit_test_writer_alerts_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_alerts_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_tokens
TESTS += tests/unit/test_writer_tokens
tests_unit_test_writer_tokens_SOURCES = tests/unit/test_writer_tokens.c
tests_unit_test_writer_tokens_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_tokens_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_faults
TESTS += tests/unit/test_writer_faults
tests_unit_test_writer_faults_SOURCES = tests/unit/test_writer_faults.c
tests_unit_test_writer_faults_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_faults_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_full
TESTS += tests/unit/test_writer_full
tests_unit_test_writer_full_SOURCES = tests/unit/test_writer_full.c
tests_unit_test_writer_full_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_full_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_hosts
TESTS += tests/unit/test_writer_hosts
tests_unit_test_writer_hosts_SOURCES = tests/unit/test_writer_hosts.c
tests_unit_test_writer_hosts_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_hosts_LDADD = libtests.la $(STORE_LIBS) $(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_restart
TESTS += tests/unit/test_writer_restart
tests_unit_test_writer_restart_SOURCES = tests/unit/test_writer_restart.c
tests_unit_test_writer_restart_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_restart_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)

check_PROGRAMS += tests/unit/test_writer_sessions
TESTS += tests/unit/test_writer_sessions
tests_unit_test_writer_sessions_SOURCES = tests/unit/test_writer_sessions.c
tests_unit_test_writer_sessions_CPPFLAGS = $(STORE_TEST_CPPFLAGS)
tests_unit_test_writer_sessions_LDADD = libtests.la $(STORE_LIBS) \
	$(CHECK_LIBS)
