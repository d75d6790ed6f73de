## plugins/llm_probe - the prober.  Everything but the adapter is an archive
## without a symbol of collectd, so that tests link it without the daemon.

noinst_LTLIBRARIES += libllm_probe_core.la
libllm_probe_core_la_SOURCES = \
	plugins/llm_probe/access.c \
	plugins/llm_probe/access.h \
	plugins/llm_probe/backend.h \
	plugins/llm_probe/backend_ollama.c \
	plugins/llm_probe/backends.c \
	plugins/llm_probe/catalog.c \
	plugins/llm_probe/catalog.h \
	plugins/llm_probe/config.c \
	plugins/llm_probe/config.h \
	plugins/llm_probe/config_endpoint.c \
	plugins/llm_probe/engine.h \
	plugins/llm_probe/facts.c \
	plugins/llm_probe/facts.h \
	plugins/llm_probe/file_sd.c \
	plugins/llm_probe/file_sd.h \
	plugins/llm_probe/files.c \
	plugins/llm_probe/files.h \
	plugins/llm_probe/flight.c \
	plugins/llm_probe/life.c \
	plugins/llm_probe/life.h \
	plugins/llm_probe/lines.c \
	plugins/llm_probe/lines.h \
	plugins/llm_probe/loop.c \
	plugins/llm_probe/loop.h \
	plugins/llm_probe/ollama_list.c \
	plugins/llm_probe/ollama_list.h \
	plugins/llm_probe/ollama_show.c \
	plugins/llm_probe/ollama_show.h \
	plugins/llm_probe/pace.c \
	plugins/llm_probe/pace.h \
	plugins/llm_probe/probe.c \
	plugins/llm_probe/probe.h \
	plugins/llm_probe/request.c \
	plugins/llm_probe/request.h \
	plugins/llm_probe/request_headers.c \
	plugins/llm_probe/schedule.c \
	plugins/llm_probe/schedule.h \
	plugins/llm_probe/secrets.c \
	plugins/llm_probe/secrets.h \
	plugins/llm_probe/series.c \
	plugins/llm_probe/series.h \
	plugins/llm_probe/slurp.c \
	plugins/llm_probe/slurp.h \
	plugins/llm_probe/target.c \
	plugins/llm_probe/target.h \
	plugins/llm_probe/verdict.c \
	plugins/llm_probe/verdict.h \
	plugins/llm_probe/watch.c
libllm_probe_core_la_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)

## The only object that sees collectd's config.h, whose names clash with ours.
noinst_LTLIBRARIES += libllm_probe_plugin.la
libllm_probe_plugin_la_SOURCES = plugins/llm_probe/plugin.c
libllm_probe_plugin_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)

PROBE_LIBS = libllm_probe_core.la libllmreg.la $(CURL_LIBS)

collectdplugin_LTLIBRARIES += llm_probe.la
llm_probe_la_SOURCES =
llm_probe_la_LIBADD = libllm_probe_plugin.la libhost.la $(PROBE_LIBS)
llm_probe_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-export-symbols-regex '^module_register$$'
