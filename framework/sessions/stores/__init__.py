"""Stores: where sessions are kept; one contract, one file each, one test class over all."""
