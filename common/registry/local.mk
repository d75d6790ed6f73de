noinst_LTLIBRARIES += libregistry.la
libregistry_la_SOURCES =
libregistry_la_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
