noinst_LTLIBRARIES += libbus.la
libbus_la_SOURCES = \
	common/bus/bus.c \
	common/bus/event.c \
	common/bus/event.h \
	common/bus/event_json.c \
	common/bus/recent.h
