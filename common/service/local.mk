noinst_LTLIBRARIES += libservice.la
libservice_la_SOURCES =
