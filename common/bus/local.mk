noinst_LTLIBRARIES += libbus.la
libbus_la_SOURCES =
