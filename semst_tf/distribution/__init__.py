"""Devices, strategies and workers of a distributed training."""
