## unit tests of common/store
