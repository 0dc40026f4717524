# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC2034 # swap.sh uses $windows
# Sourced by swap.sh and rates.sh: the module, its counters, and what it costs.

# shellcheck source=selftests/vma_lock/livepatch.sh
. ../vma_lock/livepatch.sh
# The same with delays, and with the counters of rare branches.
windows=$modules/rust_vma_swap_windows.ko

# counters: "NAME COUNT" lines. What any file has in its fdinfo ends with ino.
counters() {
	sed '1,/^ino:/d; s/:/ /' /proc/self/fdinfo/3 3<$stats
}

# count COUNTER [FILE]: now; or the sum of what leave has added to FILE.
count() {
	if [ $# = 1 ]; then counters; else cat "$2"; fi |
		awk -v name="$1" '$1 == name { sum += $2 } END { printf "%d", sum }'
}

# leave: adds the counters up, and swaps out.
leave() {
	counters >>/tmp/rust_vma_swap.counters
	swap_out
}

table() {	# table HEAD: the counters
	echo "# | $1"
	counters | awk '{ printf "# |   %-20s %10s\n", $1, $2 }'
}

# figures ROUNDS: the kernel as it is, its own C as a livepatch, and Rust, in turn in this boot.
# Each "swap-rate" line is NAME IMPL ROUND NANOSECONDS OPERATIONS.
figures() {
	round=0
	while [ $round -lt "$1" ]; do
		round=$((round + 1))
		./rates 200 | sed "s/ / kernel $round /"
		swap_in "$ko" c=1 >&2 || return
		./rates 200 | sed "s/ / c $round /"
		leave >&2 || return
		swap_in "$ko" >&2 || return
		./rates 200 | sed "s/ / rust $round /"
		leave >&2 || return
	done >/tmp/rust_vma_swap.rates
	sed 's/^/# swap-rate: /' /tmp/rust_vma_swap.rates
	awk -f rates.awk /tmp/rust_vma_swap.rates
}
