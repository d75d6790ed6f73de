noinst_LTLIBRARIES += libstore.la
libstore_la_SOURCES =
libstore_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
