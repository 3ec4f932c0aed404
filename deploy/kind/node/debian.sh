#!/usr/bin/env bash
# debian.sh DIRECTORY: installs there what a node needs of Debian.
set -euo pipefail
packages=(
	systemd systemd-sysv procps kmod mount util-linux busybox-static # a machine
	containerd runc containernetworking-plugins libseccomp2          # its containers
	iptables ipset nftables iproute2 conntrack ethtool socat         # their network
	e2fsprogs jq pigz ca-certificates                                # what kind's scripts and the kubelet call
)
command -v debootstrap >/dev/null || { apt-get update -qq && apt-get install -y -qq debootstrap; }
mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -1)
debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" bookworm "$1" ${mirror:+"$mirror"}
