#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Measures C and Rust with vma_lock_bench.ko, and prints what it says in
# comments "# bench: FILE LINE"; tools/bench/run makes tables of them.

ko=/modules/vma_lock_bench.ko
debugfs=/sys/kernel/debug/vma_lock_bench

# shellcheck source=selftests/vma_lock/tap.sh
. "$(dirname "$0")/../vma_lock/tap.sh"
needs $ko
echo "1..4"

insmod $ko
for file in instructions trace time; do
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
