noinst_LTLIBRARIES += libstore.la
libstore_la_SOURCES = \
	common/store/batch.c \
	common/store/batch.h \
	common/store/binding.c \
	common/store/binding.h \
	common/store/copy.c \
	common/store/copy.h \
	common/store/cursor.c \
	common/store/cursor.h \
	common/store/database.c \
	common/store/database.h \
	common/store/dirty.c \
	common/store/dirty.h \
	common/store/files.c \
	common/store/files.h \
	common/store/history.c \
	common/store/history.h \
	common/store/home.c \
	common/store/home.h \
	common/store/keep.c \
	common/store/keep.h \
	common/store/kind_endpoint.c \
	common/store/kinds.c \
	common/store/kinds.h \
	common/store/lifelock.c \
	common/store/lifelock.h \
	common/store/load.c \
	common/store/load.h \
	common/store/rows.h \
	common/store/rows_endpoint.c \
	common/store/rows_event.c \
	common/store/schema.c \
	common/store/schema.h \
	common/store/sequence.c \
	common/store/sequence.h \
	common/store/statements.c \
	common/store/store.c \
	common/store/store.h \
	common/store/textpool.c \
	common/store/textpool.h \
	common/store/writer.c \
	common/store/writer.h
libstore_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
