## tests/python - the agent for other hosts, which is Python and not ours to
## sanitize.

EXTRA_DIST += tests/python/fake_hub.py
dist_check_SCRIPTS += tests/python/test_llmreg_agent.py

if !SANITIZED
TESTS += tests/python/test_llmreg_agent.py
endif
