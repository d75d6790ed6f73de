## plugins/llm_listen - the listener.  Everything but the adapter is an archive
## without a symbol of collectd, so that tests link it without the daemon.

noinst_LTLIBRARIES += libllm_listen_core.la
libllm_listen_core_la_SOURCES = \
	plugins/llm_listen/counters.c \
	plugins/llm_listen/counters.h \
	plugins/llm_listen/host_series.c \
	plugins/llm_listen/host_series.h

LISTEN_LIBS = libllm_listen_core.la libllmreg.la
