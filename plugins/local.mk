include plugins/host/local.mk
include plugins/llm_probe/local.mk
include plugins/llm_listen/local.mk
include plugins/llm_listen/http/local.mk
