noinst_LTLIBRARIES += libdomain.la
libdomain_la_SOURCES =
