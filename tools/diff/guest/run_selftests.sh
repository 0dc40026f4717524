#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest of tools/diff/run: loads the differential module, then each C side, in order.
# What they do there goes to the host by itself (tools/diff/module/log.c).

failed=0 n=0

result() {	# result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}

# The modules watch over themselves.
[ ! -e /proc/sys/kernel/hung_task_timeout_secs ] || echo 0 >/proc/sys/kernel/hung_task_timeout_secs

set -- /modules/side_*.ko
[ -e "$1" ] || set --
echo "KTAP version 1"
echo "1..$(($# + 1))"

# As modprobe would: the module's parameters from the kernel's command line.
parameters=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^vma_lock_diff\.//p')
# shellcheck disable=SC2086 # there may be none, or several
insmod /modules/vma_lock_diff.ko $parameters
result $? kernel_and_rust
for ko in "$@"; do
	# side_NUMBER_NAME.ko
	name=${ko#/modules/side_*_}
	name=${name%.ko}
	insmod "$ko" && rmmod "side_$name"
	result $? "$name"
done
exit $failed
