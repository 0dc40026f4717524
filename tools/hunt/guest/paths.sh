# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by hunt.sh: how often a function of the kernel was called, by ftrace, which Debian's kernels
# have too: an instance for each function of the file functions, with the smallest buffer there is. What
# went through it is what is in it, and what was overwritten.

tracing=/sys/kernel/tracing

paths() { sed 's/#.*//' functions | awk 'NF { print $1 }'; }

paths_start() {
	for path in $(paths); do
		instance=$tracing/instances/$path
		mkdir "$instance" 2>/dev/null || continue
		echo 4 >"$instance/buffer_size_kb"
		# Refused where the compiler has inlined it, or it may not be traced.
		if echo "$path" >"$instance/set_ftrace_filter"; then
			echo function >"$instance/current_tracer"
		else
			rmdir "$instance"
		fi
	done 2>/dev/null
}

# paths_end: "# path: FUNCTION CALLS", "-" for those that cannot be counted; and the kernel's own
# counters, where it has any.
paths_end() {
	for path in $(paths); do
		instance=$tracing/instances/$path
		if [ -d "$instance" ]; then
			echo 0 >"$instance/tracing_on"
			cat "$instance"/per_cpu/cpu*/stats |
				awk -v path="$path" '/^(entries|overrun):/ { n += $2 } END { printf "# path: %s %d\n", path, n }'
		else
			echo "# path: $path -"
		fi
	done
	sed -n 's/^vma_lock_/# path: vmstat.vma_lock_/p' /proc/vmstat
}
