## unit tests of common/base
