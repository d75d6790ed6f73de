## unit tests of common/domain
