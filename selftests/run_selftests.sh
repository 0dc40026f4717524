#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs the selftests on this machine, guest or real, and prints KTAP.
#
#   ./run_selftests.sh [SUITE...]
#
# A suite is a program in vma_lock/, or NAME.sh in a folder beside it; without a name all of them run. Root, and
# rust_vma_lock.ko and vma_lock_test.ko loaded (or in /modules, from where they are).
# Exit: 0 all passed or skipped, 1 not.

cd "$(dirname "$0")" || exit 1
all="kunit unload module sample live synthetic attack bad_ioctl fuzz table lockdep"
# shellcheck disable=SC2086
[ $# -gt 0 ] || set -- $all

loaded=
for module in rust_vma_lock vma_lock_test; do
	if [ ! -e /dev/${module#rust_} ] && [ -f /modules/$module.ko ]; then
		insmod /modules/$module.ko && loaded="$loaded $module"
	fi
done

# The harness's TAP becomes a KTAP subtest: indented, with KTAP's header.
# By the shell, because it does not wait for a full buffer.
subtest() {	# subtest NAME
	printf '    KTAP version 1\n    # Subtest: %s\n' "$1"
	while IFS= read -r line; do
		[ "$line" != "TAP version 13" ] || continue
		printf '    %s\n' "$line"
	done
}

status=$(mktemp)
echo "KTAP version 1"
echo "1..$#"
n=0 failed=0
for suite in "$@"; do
	n=$((n + 1))
	for prog in "vma_lock/$suite" "vma_lock/$suite.sh" */"$suite.sh"; do
		[ ! -x "$prog" ] || break
	done
	if [ ! -x "$prog" ]; then
		echo "not ok $n $suite # no such suite, there are: $all"
		failed=1
		continue
	fi
	{ "./$prog"; echo $? > "$status"; } 2>&1 | subtest "$suite"
	case $(cat "$status") in
	0) echo "ok $n $suite" ;;
	4) echo "ok $n $suite # SKIP" ;;
	*) echo "not ok $n $suite"; failed=1 ;;
	esac
done
rm -f "$status"
for module in $loaded; do
	rmmod "$module"
done
exit $failed
