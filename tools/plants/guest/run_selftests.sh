#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# In the guest of tools/plants/run: makes the planted bugs that are named, e.g. wrong:data_race,
# or does the same right. Whether the kernel reports it is for the harness to see.

provoke=/sys/kernel/debug/vma_lock_plant/provoke

echo "KTAP version 1"
echo "1..$#"
# KCSAN is to watch long enough for a write on a busy host. How often is left alone: all slows down.
[ ! -e /sys/module/kcsan ] || echo 1000 >/sys/module/kcsan/parameters/udelay_task
insmod /modules/vma_lock_plant.ko
n=0 failed=0
for plant; do
	n=$((n + 1))
	if echo "${plant%%:*} ${plant#*:}" >$provoke; then
		echo "ok $n $plant"
	else
		echo "not ok $n $plant"
		failed=1
	fi
done
sed "s/^/# kcsan: /" /sys/kernel/debug/kcsan 2>/dev/null
exit $failed
