# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034 # whoever sources this exits with $failed
# Sourced by the suites that are shell scripts: TAP's first line, why nothing is run, the
# results, and whether any failed.

echo "TAP version 13"
n=0 failed=0
skip_all() {	# skip_all REASON
	echo "1..0 # SKIP $1"
	exit 4
}
needs() {	# needs FILE: a module
	[ -f "$1" ] || skip_all "no $1"
}
result() {	# result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}
