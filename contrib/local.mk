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
	contrib/run-tests
