## unit tests of common/bus
