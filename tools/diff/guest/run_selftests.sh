#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest of tools/diff/run: loads the differential module, then each C side,
# and prints what each of them wrote down, packed, as KTAP comments:
#
#   # diff NAME BASE64...

out=/sys/kernel/debug/vma_lock_diff
failed=0 n=0

result() {	# result STATUS NAME
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		gzip -9c "$out/$2" | base64 -w 800 | sed "s/^/# diff $2 /"
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}

set -- /modules/side_*.ko
echo "KTAP version 1"
echo "1..$(($# + 2))"

# As modprobe would: the module's parameters from the kernel's command line.
parameters=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^vma_lock_diff\.//p')
# shellcheck disable=SC2086 # there may be none, or several
insmod /modules/vma_lock_diff.ko $parameters
result $? kernel
insmod /modules/vma_lock_diff_rust.ko
result $? rust
for ko in "$@"; do
	name=${ko#/modules/side_}
	insmod "$ko" && rmmod "$ko"
	result $? "${name%.ko}"
done
exit $failed
