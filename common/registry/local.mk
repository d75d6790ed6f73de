noinst_LTLIBRARIES += libregistry.la
libregistry_la_CPPFLAGS = $(AM_CPPFLAGS) $(URCU_CFLAGS)
libregistry_la_SOURCES = \
	common/registry/change.c \
	common/registry/endpoint_json.c \
	common/registry/entry.c \
	common/registry/entry.h \
	common/registry/fleet.c \
	common/registry/fleet_json.c \
	common/registry/health_part.c \
	common/registry/health_part.h \
	common/registry/index.c \
	common/registry/index.h \
	common/registry/keyhash.c \
	common/registry/keyhash.h \
	common/registry/learn.c \
	common/registry/models_part.c \
	common/registry/models_part.h \
	common/registry/observe.c \
	common/registry/part.c \
	common/registry/part.h \
	common/registry/rank.c \
	common/registry/rcu.c \
	common/registry/rcu.h \
	common/registry/registry.c \
	common/registry/requests.c \
	common/registry/requests.h \
	common/registry/shelf.c \
	common/registry/shelf.h \
	common/registry/slots.c \
	common/registry/slots.h \
	common/registry/snapshot.c \
	common/registry/spec_part.c \
	common/registry/spec_part.h \
	common/registry/table.h
