## unit tests of common/service
