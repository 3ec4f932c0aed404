#!/usr/bin/env bash
# node.sh FILES: changes kind's node files so that containerd starts where no OOM score can be lowered. It does no
# harm elsewhere, so every node image that is built here has it.
set -euo pipefail
sed -i '/^OOMScoreAdjust=/d' "$1/etc/systemd/system/containerd.service"
sed -i 's/restrict_oom_score_adj = false/restrict_oom_score_adj = true/' "$1/etc/containerd/config.toml"
