## contrib/ - what people start; nothing here is compiled.

EXTRA_DIST += \
	.ci/run \
	contrib/collectd.conf.d/llmreg-thresholds.conf \
	contrib/collectd.conf.d/llmreg.conf \
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
