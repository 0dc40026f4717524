# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034 # whoever sources this exits with $failed
# Sourced by the suites that are shell scripts: their results, and whether any failed.

n=0 failed=0
result() {	# result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}
