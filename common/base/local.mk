noinst_LTLIBRARIES += libbase.la
libbase_la_SOURCES = common/base/lock_order.h
libbase_la_CPPFLAGS = $(AM_CPPFLAGS) $(YAJL_CFLAGS)
