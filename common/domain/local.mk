noinst_LTLIBRARIES += libdomain.la
libdomain_la_SOURCES = \
	common/domain/agent.c \
	common/domain/alert.c \
	common/domain/check.c \
	common/domain/check.h \
	common/domain/health.c \
	common/domain/heartbeat.c \
	common/domain/latency.c \
	common/domain/metadata.c \
	common/domain/metadata.h \
	common/domain/models.c \
	common/domain/models.h \
	common/domain/models_check.c \
	common/domain/phase.c \
	common/domain/presence.c \
	common/domain/resources.c \
	common/domain/rules.c \
	common/domain/score.c \
	common/domain/session.c \
	common/domain/spec.c \
	common/domain/token.c \
	common/domain/window.c \
	common/domain/window.h \
	common/domain/words.c
