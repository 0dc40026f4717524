#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Loading and unloading: what is refused, and that nothing is left behind.
# Works on a machine where rust_vma_lock.ko is in /modules.

ko=/modules/rust_vma_lock.ko

# shellcheck source=selftests/vma_lock/tap.sh
. "$(dirname "$0")/tap.sh"
needs $ko
echo "1..5"
count() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/fdinfo/3 3</dev/vma_lock; }

if [ -e /dev/vma_lock ]; then
	rmmod rust_vma_lock
fi

# A parameter out of range, or no number.
! insmod $ko max_hold_ms=60001 2>/dev/null && ! insmod $ko max_hold_ms=-1 2>/dev/null &&
	! insmod $ko max_hold_ms=ten 2>/dev/null && [ ! -e /dev/vma_lock ]
result $? wrong_parameter_is_refused

insmod $ko max_hold_ms=9000 && [ "$(count max_hold_ms)" = 9000 ]
result $? parameter_is_taken

# As long as a file is open the code must stay.
(
	exec 3<>/dev/vma_lock || exit 1
	! rmmod rust_vma_lock 2>/dev/null
)
result $? open_file_keeps_module

# Two calls with one writer: both counted, the writer found asleep.
before=$(count holds)
"$(dirname "$0")/sample" -t writer_waits > /dev/null 2>&1
[ "$(count holds)" -gt "$before" ] && [ "$(count writers_woken)" -ge 1 ]
result $? fdinfo_counts

rmmod rust_vma_lock && [ ! -e /dev/vma_lock ] && insmod $ko
result $? unloads_and_loads_again

exit $failed
