## plugins/llm_listen - the listener.  Everything but the adapter is an archive
## without a symbol of collectd, so that tests link it without the daemon.

noinst_LTLIBRARIES += libllm_listen_core.la
libllm_listen_core_la_SOURCES = \
	plugins/llm_listen/counters.c \
	plugins/llm_listen/counters.h \
	plugins/llm_listen/host_series.c \
	plugins/llm_listen/host_series.h \
	plugins/llm_listen/observe.c \
	plugins/llm_listen/observe.h \
	plugins/llm_listen/observe_cpu.c \
	plugins/llm_listen/observe_cpu.h \
	plugins/llm_listen/observe_facts.c \
	plugins/llm_listen/observe_facts.h \
	plugins/llm_listen/observe_json.c \
	plugins/llm_listen/observe_json.h

LISTEN_LIBS = libllm_listen_core.la libllmreg.la -lm

## What can be asked: routes, and what they need.
noinst_LTLIBRARIES += libllm_listen_api.la
libllm_listen_api_la_SOURCES = \
	plugins/llm_listen/api/acks.c \
	plugins/llm_listen/api/acks.h \
	plugins/llm_listen/api/admit.c \
	plugins/llm_listen/api/admit.h \
	plugins/llm_listen/api/agents.c \
	plugins/llm_listen/api/agents.h \
	plugins/llm_listen/api/agents_report.c \
	plugins/llm_listen/api/alerts.c \
	plugins/llm_listen/api/alerts.h \
	plugins/llm_listen/api/announce.c \
	plugins/llm_listen/api/api.c \
	plugins/llm_listen/api/api.h \
	plugins/llm_listen/api/ask.c \
	plugins/llm_listen/api/ask.h \
	plugins/llm_listen/api/audit.c \
	plugins/llm_listen/api/backups.c \
	plugins/llm_listen/api/base64.c \
	plugins/llm_listen/api/base64.h \
	plugins/llm_listen/api/beat.c \
	plugins/llm_listen/api/body.c \
	plugins/llm_listen/api/body.h \
	plugins/llm_listen/api/body_raw.c \
	plugins/llm_listen/api/body_reader.h \
	plugins/llm_listen/api/body_resources.c \
	plugins/llm_listen/api/body_trees.c \
	plugins/llm_listen/api/body_trees.h \
	plugins/llm_listen/api/buckets.c \
	plugins/llm_listen/api/buckets.h \
	plugins/llm_listen/api/cooling.c \
	plugins/llm_listen/api/cooling.h \
	plugins/llm_listen/api/endpoints.c \
	plugins/llm_listen/api/endpoints.h \
	plugins/llm_listen/api/endpoints_add.c \
	plugins/llm_listen/api/endpoints_change.c \
	plugins/llm_listen/api/events.c \
	plugins/llm_listen/api/events.h \
	plugins/llm_listen/api/events_stream.c \
	plugins/llm_listen/api/cast.c \
	plugins/llm_listen/api/cast.h \
	plugins/llm_listen/api/export.c \
	plugins/llm_listen/api/fault.c \
	plugins/llm_listen/api/fault.h \
	plugins/llm_listen/api/feed.c \
	plugins/llm_listen/api/feed.h \
	plugins/llm_listen/api/feed_item.c \
	plugins/llm_listen/api/feed_item.h \
	plugins/llm_listen/api/graph.c \
	plugins/llm_listen/api/hosts.c \
	plugins/llm_listen/api/import.c \
	plugins/llm_listen/api/import_line.c \
	plugins/llm_listen/api/import_line.h \
	plugins/llm_listen/api/ingest.c \
	plugins/llm_listen/api/list.c \
	plugins/llm_listen/api/list.h \
	plugins/llm_listen/api/mint.c \
	plugins/llm_listen/api/mint.h \
	plugins/llm_listen/api/models.c \
	plugins/llm_listen/api/naming.c \
	plugins/llm_listen/api/naming.h \
	plugins/llm_listen/api/openapi.c \
	plugins/llm_listen/api/origin.c \
	plugins/llm_listen/api/origin.h \
	plugins/llm_listen/api/own.c \
	plugins/llm_listen/api/own.h \
	plugins/llm_listen/api/query.c \
	plugins/llm_listen/api/query.h \
	plugins/llm_listen/api/reply.c \
	plugins/llm_listen/api/reply.h \
	plugins/llm_listen/api/report.c \
	plugins/llm_listen/api/report.h \
	plugins/llm_listen/api/report_host.c \
	plugins/llm_listen/api/requests.c \
	plugins/llm_listen/api/resources.h \
	plugins/llm_listen/api/route.h \
	plugins/llm_listen/api/router.c \
	plugins/llm_listen/api/sd.c \
	plugins/llm_listen/api/self.c \
	plugins/llm_listen/api/sessions.c \
	plugins/llm_listen/api/snapshot.c \
	plugins/llm_listen/api/statuses.c \
	plugins/llm_listen/api/statuses.h \
	plugins/llm_listen/api/store.c \
	plugins/llm_listen/api/tag.c \
	plugins/llm_listen/api/tag.h \
	plugins/llm_listen/api/talk.c \
	plugins/llm_listen/api/talk.h \
	plugins/llm_listen/api/token_file.c \
	plugins/llm_listen/api/token_file.h \
	plugins/llm_listen/api/tokens.c \
	plugins/llm_listen/api/transfer.h \
	plugins/llm_listen/api/who.c \
	plugins/llm_listen/api/who.h \
	plugins/llm_listen/api/words.c \
	plugins/llm_listen/api/words.h \
	plugins/llm_listen/dialects/agentcom.c \
	plugins/llm_listen/dialects/agentcom.h \
	plugins/llm_listen/dialects/agentcom_alerts.c \
	plugins/llm_listen/dialects/agentcom_dashboard.c \
	plugins/llm_listen/dialects/agentcom_endpoints.c \
	plugins/llm_listen/dialects/agentcom_events.c \
	plugins/llm_listen/dialects/agentcom_page.c \
	plugins/llm_listen/dialects/agentcom_presence.c \
	plugins/llm_listen/dialects/agentcom_socket.c \
	plugins/llm_listen/dialects/agentcom_care.c \
	plugins/llm_listen/dialects/agentcom_errand.c \
	plugins/llm_listen/dialects/agentcom_errand.h \
	plugins/llm_listen/dialects/agentcom_store.c \
	plugins/llm_listen/dialects/agentcom_tokens.c \
	plugins/llm_listen/dialects/dialects.c \
	plugins/llm_listen/dialects/dialects.h \
	plugins/llm_listen/dialects/health.c \
	plugins/llm_listen/dialects/nexus.c \
	plugins/llm_listen/dialects/nexus.h \
	plugins/llm_listen/dialects/nexus_socket.c \
	plugins/llm_listen/dialects/optiinfra.c \
	plugins/llm_listen/dialects/optiinfra_agents.c \
	plugins/llm_listen/dialects/shape.c \
	plugins/llm_listen/dialects/shape.h \
	plugins/llm_listen/dialects/thunderline.c \
	plugins/llm_listen/dialects/thunderline.h \
	plugins/llm_listen/dialects/thunderline_graph.c \
	plugins/llm_listen/dialects/thunderline_nodes.c
libllm_listen_api_la_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS) \
	-DLLMREG_VERSION='"$(PACKAGE_VERSION)"'

## What starts all that.
noinst_LTLIBRARIES += libllm_listen_life.la
libllm_listen_life_la_SOURCES = \
	plugins/llm_listen/config.c \
	plugins/llm_listen/config.h \
	plugins/llm_listen/config_listen.c \
	plugins/llm_listen/life.c \
	plugins/llm_listen/life.h

LISTEN_ALL_LIBS = libllm_listen_life.la libllm_listen_api.la \
	$(LISTEN_HTTP_LIBS)

## The only object that sees collectd's config.h, whose names clash with ours.
noinst_LTLIBRARIES += libllm_listen_plugin.la
libllm_listen_plugin_la_SOURCES = plugins/llm_listen/plugin.c
libllm_listen_plugin_la_CPPFLAGS = $(AM_CPPFLAGS) $(COLLECTD_CPPFLAGS)

collectdplugin_LTLIBRARIES += llm_listen.la
llm_listen_la_SOURCES =
llm_listen_la_LIBADD = libllm_listen_plugin.la libhost.la $(LISTEN_ALL_LIBS)
llm_listen_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version \
	-export-symbols-regex '^module_register$$'
