# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by the suites. print_files FILE...: those of vma_lock_bench.ko in debugfs, a test each, as
# comments "# bench: FILE LINE"; then the module goes.

ko=/modules/vma_lock_bench.ko
debugfs=/sys/kernel/debug/vma_lock_bench

# shellcheck source=selftests/vma_lock/tap.sh
. "$(dirname "$0")/../vma_lock/tap.sh"

print_files() {
	for file; do
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
}
