#!/bin/bash
# runc, for a host without CAP_SYS_RESOURCE: that capability is struck from what a container or an exec asks for.
# The container's specification is config.json in the bundle, that of an exec the file named by --process.
strike() { # FILE PATH-TO-CAPABILITIES
	local spec
	[ -f "$1" ] || return 0
	spec=$(jq "if ($2 | type) == \"object\" then $2 |= map_values(. - [\"CAP_SYS_RESOURCE\"]) else . end" "$1") &&
		printf '%s' "$spec" >"$1"
}
args=("$@")
for i in "${!args[@]}"; do
	value=${args[i + 1]:-}
	case ${args[i]} in
		--bundle | -b) strike "$value/config.json" .process.capabilities ;;
		--process | -p) strike "$value" .capabilities ;;
	esac
done
exec /usr/sbin/runc "$@"
