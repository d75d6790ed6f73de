## contrib/ - what people start; the examples are compiled by a test only.

EXTRA_DIST += \
	.ci/run \
	contrib/lib/apt-install \
	contrib/lib/build.sh \
	contrib/lib/collectd.conf.in \
	contrib/lib/demo_agents.py \
	contrib/lib/packages.sh \
	contrib/man/collectd-llm_listen.pod \
	contrib/man/collectd-llm_probe.pod \
	contrib/man/llmreg-store.pod \
	contrib/man/llmreg.pod \
	contrib/man/llmreg_agent.pod \
	contrib/packages \
	contrib/quickstart \
	contrib/rrd/draw \
	contrib/rrd/endpoint.graphs \
	contrib/rrd/fleet.graphs \
	contrib/run-tests

## The manual pages, each from its one source; no date in them, so that two
## builds of one version are the same.
MANUALS = contrib/man/collectd-llm_listen.5 \
	contrib/man/collectd-llm_probe.5 contrib/man/llmreg.3 \
	contrib/man/llmreg-store.7 \
	contrib/man/llmreg_agent.1 contrib/man/llmreg-agent.1
man_MANS += $(MANUALS)
CLEANFILES += $(MANUALS)
MANUAL = $(MKDIR_P) contrib/man && $(POD2MAN) --center=llmreg \
	--release=llmreg --date='version $(PACKAGE_VERSION)' --utf8

contrib/man/collectd-llm_probe.5: contrib/man/collectd-llm_probe.pod
	$(AM_V_GEN)$(MANUAL) --section=5 --name=COLLECTD-LLM_PROBE \
	    $(top_srcdir)/contrib/man/collectd-llm_probe.pod $@

contrib/man/collectd-llm_listen.5: contrib/man/collectd-llm_listen.pod
	$(AM_V_GEN)$(MANUAL) --section=5 --name=COLLECTD-LLM_LISTEN \
	    $(top_srcdir)/contrib/man/collectd-llm_listen.pod $@

contrib/man/llmreg.3: contrib/man/llmreg.pod
	$(AM_V_GEN)$(MANUAL) --section=3 --name=LLMREG \
	    $(top_srcdir)/contrib/man/llmreg.pod $@

contrib/man/llmreg-store.7: contrib/man/llmreg-store.pod
	$(AM_V_GEN)$(MANUAL) --section=7 --name=LLMREG-STORE \
	    $(top_srcdir)/contrib/man/llmreg-store.pod $@

contrib/man/llmreg_agent.1: contrib/man/llmreg_agent.pod
	$(AM_V_GEN)$(MANUAL) --section=1 --name=LLMREG-AGENT \
	    $(top_srcdir)/contrib/man/llmreg_agent.pod $@

## Called like the command, and like the module.
contrib/man/llmreg-agent.1: contrib/man/llmreg_agent.1
	$(AM_V_GEN)echo '.so man1/llmreg_agent.1' >$@

## One file twice: as a command, and where programs may import it from.
bin_SCRIPTS += contrib/python/llmreg-agent
dist_pkgdata_DATA = contrib/python/llmreg_agent.py
CLEANFILES += contrib/python/llmreg-agent
contrib/python/llmreg-agent: contrib/python/llmreg_agent.py
	$(AM_V_GEN)$(MKDIR_P) contrib/python && \
	    cp $(top_srcdir)/contrib/python/llmreg_agent.py $@ && chmod +x $@

exampledir = $(docdir)/examples
dist_example_DATA = \
	contrib/collectd.conf.d/llmreg-thresholds.conf \
	contrib/collectd.conf.d/llmreg.conf \
	contrib/examples/where.c \
	contrib/systemd/llmreg-agent.service
