## plugins/llm_listen/http - the HTTP engine: the only part that knows
## libmicrohttpd, GnuTLS and wslay, and knows nothing of collectd or the registry.

noinst_LTLIBRARIES += libllm_listen_http.la
libllm_listen_http_la_SOURCES = \
	plugins/llm_listen/http/accept.c \
	plugins/llm_listen/http/answer.c \
	plugins/llm_listen/http/body.c \
	plugins/llm_listen/http/call.h \
	plugins/llm_listen/http/cidr.c \
	plugins/llm_listen/http/conns.c \
	plugins/llm_listen/http/conns.h \
	plugins/llm_listen/http/deadline.c \
	plugins/llm_listen/http/deadline.h \
	plugins/llm_listen/http/door.h \
	plugins/llm_listen/http/engine.c \
	plugins/llm_listen/http/fds.c \
	plugins/llm_listen/http/fds.h \
	plugins/llm_listen/http/frames.c \
	plugins/llm_listen/http/frames.h \
	plugins/llm_listen/http/gate.c \
	plugins/llm_listen/http/gate.h \
	plugins/llm_listen/http/handshake.c \
	plugins/llm_listen/http/handshake.h \
	plugins/llm_listen/http/hold.c \
	plugins/llm_listen/http/hold.h \
	plugins/llm_listen/http/http.h \
	plugins/llm_listen/http/linger.c \
	plugins/llm_listen/http/linger.h \
	plugins/llm_listen/http/listen.c \
	plugins/llm_listen/http/listen.h \
	plugins/llm_listen/http/listen_systemd.c \
	plugins/llm_listen/http/listen_tcp.c \
	plugins/llm_listen/http/listen_unix.c \
	plugins/llm_listen/http/nowhere.c \
	plugins/llm_listen/http/peer.c \
	plugins/llm_listen/http/peer.h \
	plugins/llm_listen/http/pipe.c \
	plugins/llm_listen/http/reaper.c \
	plugins/llm_listen/http/report.c \
	plugins/llm_listen/http/report.h \
	plugins/llm_listen/http/rounds.c \
	plugins/llm_listen/http/serve.h \
	plugins/llm_listen/http/server.c \
	plugins/llm_listen/http/server.h \
	plugins/llm_listen/http/shared_text.c \
	plugins/llm_listen/http/shared_text.h \
	plugins/llm_listen/http/socket.h \
	plugins/llm_listen/http/sockets.c \
	plugins/llm_listen/http/sockets.h \
	plugins/llm_listen/http/steps.c \
	plugins/llm_listen/http/stream.c \
	plugins/llm_listen/http/tls.c \
	plugins/llm_listen/http/tls.h \
	plugins/llm_listen/http/upgrade.c
libllm_listen_http_la_CPPFLAGS = $(AM_CPPFLAGS) $(MHD_CFLAGS) $(GNUTLS_CFLAGS)

LISTEN_HTTP_LIBS = libllm_listen_http.la $(LISTEN_LIBS) \
	$(MHD_LIBS) $(GNUTLS_LIBS) $(WSLAY_LIBS)
