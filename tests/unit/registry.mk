## unit tests of common/registry
