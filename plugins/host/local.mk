## plugins/host - the narrow waist to collectd, linked into every plugin.

noinst_LTLIBRARIES += libhost.la
libhost_la_SOURCES = \
	plugins/host/host.h \
	plugins/host/items.c \
	plugins/host/log.c \
	plugins/host/notify.c \
	plugins/host/observe.c \
	plugins/host/submit.c \
	plugins/host/value.h
libhost_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)
