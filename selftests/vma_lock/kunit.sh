#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The results of the KUnit tests in vma_lock_kunit.ko, as KUnit keeps them in debugfs.

kunit=/sys/kernel/debug/kunit

# shellcheck source=selftests/vma_lock/tap.sh
. "$(dirname "$0")/tap.sh"
[ -d $kunit ] || skip_all "no KUnit in this kernel (CONFIG_KUNIT=y, CONFIG_KUNIT_DEBUGFS)"
# The guest has loaded it already.
[ -d /sys/module/vma_lock_kunit ] || insmod /modules/vma_lock_kunit.ko
set -- $kunit/vma_lock_*/results
if [ ! -f "$1" ]; then
	echo "# KUnit has not run the tests: boot with kunit.enable=1 kunit.autorun=1"
	exit 1
fi

echo "1..$#"
for results; do
	n=$((n + 1))
	# Each file is a stream of its own, of one suite.
	sed -E "s/^((not )?ok) 1/\1 $n/; /^KTAP version|^1\.\./d" "$results"
	grep -q '^ok 1' "$results" || failed=1
done
exit $failed
