## contrib/ - what people start; nothing here is compiled.

EXTRA_DIST += \
	.ci/run \
	contrib/lib/apt-install \
	contrib/lib/build.sh \
	contrib/lib/collectd.conf.in \
	contrib/lib/packages.sh \
	contrib/man/collectd-llm_probe.pod \
	contrib/packages \
	contrib/quickstart \
	contrib/rrd/draw \
	contrib/rrd/endpoint.graphs \
	contrib/rrd/fleet.graphs \
	contrib/run-tests

## The manual page, from its one source; no date in it, so that two builds of
## one version are the same.
man_MANS += contrib/man/collectd-llm_probe.5
CLEANFILES += contrib/man/collectd-llm_probe.5
contrib/man/collectd-llm_probe.5: contrib/man/collectd-llm_probe.pod
	$(AM_V_GEN)$(MKDIR_P) contrib/man && \
	$(POD2MAN) --section=5 --name=COLLECTD-LLM_PROBE --center=llmreg \
	    --release=llmreg --date='version $(PACKAGE_VERSION)' --utf8 \
	    $(top_srcdir)/contrib/man/collectd-llm_probe.pod $@

exampledir = $(docdir)/examples
dist_example_DATA = \
	contrib/collectd.conf.d/llmreg-thresholds.conf \
	contrib/collectd.conf.d/llmreg.conf
