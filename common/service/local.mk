noinst_LTLIBRARIES += libservice.la
libservice_la_SOURCES = \
	common/service/clockwatch.c \
	common/service/clockwatch.h \
	common/service/deadlines.c \
	common/service/deadlines.h \
	common/service/letter.c \
	common/service/letter.h \
	common/service/lost_models.c \
	common/service/lost_models.h \
	common/service/metrics.c \
	common/service/metrics_fleet.c \
	common/service/notifier.c \
	common/service/notifier.h \
	common/service/notify_text.c \
	common/service/notify_text.h \
	common/service/service.c \
	common/service/settings.c \
	common/service/settings.h \
	common/service/settings_alert.c \
	common/service/settings_alert.h \
	common/service/timer.c \
	common/service/timer.h \
	common/service/unmatched.c \
	common/service/unmatched.h
