#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Measures C and Rust with vma_lock_bench.ko, and prints what it says in
# comments "# bench: FILE LINE"; bench/run makes tables of them.

ko=/modules/vma_lock_bench.ko
debugfs=/sys/kernel/debug/vma_lock_bench

echo "TAP version 13"
if [ ! -f $ko ]; then
	echo "1..0 # SKIP no $ko"
	exit 4
fi
echo "1..4"
failed=0
insmod $ko
n=0
for file in instructions trace time; do
	n=$((n + 1))
	if cat $debugfs/$file > /tmp/bench.$$ && [ -s /tmp/bench.$$ ]; then
		while IFS= read -r line; do
			echo "# bench: $file $line"
		done < /tmp/bench.$$
		echo "ok $n $file"
	else
		echo "not ok $n $file"
		failed=1
	fi
done
rm -f /tmp/bench.$$
rmmod vma_lock_bench && echo "ok 4 unload" || { echo "not ok 4 unload"; failed=1; }
exit $failed
