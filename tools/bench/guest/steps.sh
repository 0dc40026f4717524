#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Counts instructions with vma_lock_bench.ko while QEMU steps: tools/bench/steps.py waits for the
# line "# bench: at ADDRESS". Prints comments as bench.sh does.

ko=/modules/vma_lock_bench.ko
debugfs=/sys/kernel/debug/vma_lock_bench

# shellcheck source=selftests/vma_lock/tap.sh
. "$(dirname "$0")/../vma_lock/tap.sh"
needs $ko
echo "1..3"

insmod $ko qemu_steps=1
echo "# bench: at $(cat $debugfs/at)"
for file in instructions trace; do
	cat $debugfs/$file > /tmp/bench.$$ && [ -s /tmp/bench.$$ ]
	status=$?
	while IFS= read -r line; do
		echo "# bench: $file $line"
	done < /tmp/bench.$$
	result $status $file
done
rm -f /tmp/bench.$$
rmmod vma_lock_bench
result $? unload

exit $failed
