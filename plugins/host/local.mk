noinst_LTLIBRARIES += libhost.la
libhost_la_SOURCES =
libhost_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)
