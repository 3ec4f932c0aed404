#!/usr/bin/env bash
# Succeeds where processes may have CAP_SYS_RESOURCE, which is bit 24.
bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
(((0x$bounding >> 24) & 1))
