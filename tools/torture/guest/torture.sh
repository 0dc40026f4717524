#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# vma_lock_torture.ko, with processes of all sorts at work meanwhile, CPU hotplug, and
# allocations that fail where the kernel can inject that.
#
#   TIME=SECONDS of the main run (default 20)   SEED=N (default random)
#
# On a test machine: the module is in $VMA_LOCK_MODULES (default /modules).

modules=${VMA_LOCK_MODULES:-/modules}
ko=$modules/vma_lock_torture.ko
time=${TIME:-20}
seed=${SEED:-$(awk 'BEGIN { srand(); print int(rand() * 1000000000) + 1 }')}
cd "$(dirname "$0")" || exit 1

# shellcheck source=selftests/vma_lock/tap.sh
. ../vma_lock/tap.sh
needs "$ko"
echo "1..6"
skip() { result 0 "$1 # SKIP $2"; }	# skip NAME REASON
echo "# seed $seed"

# last_end: how the last test ended, as the kernel log has it.
last_end() { dmesg | sed -n 's/.*--- \(End of test: .*\): seed=.*/\1/p' | tail -n 1; }
ends() { dmesg | grep -c -- '--- End of test: '; }
loaded() { [ -d /sys/module/vma_lock_torture ]; }

# unload: may take a while, but not for ever; then it says how the test ended.
unload() {
	before=$(ends)
	rmmod vma_lock_torture &
	tries=0
	while loaded; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || { echo "# rmmod hangs"; return 1; }
		sleep 0.1
	done
	[ "$(ends)" = $((before + 1)) ] || { echo "# rmmod ended the test $(ends) times"; return 1; }
	[ "$(last_end)" = "End of test: SUCCESS" ] || { echo "# $(last_end)"; return 1; }
}

# A module that cannot be unloaded leaves nothing to test.
give_up_if_stuck() {
	loaded || return 0
	kill -9 "$load" 2>/dev/null
	echo "Bail out! vma_lock_torture cannot be unloaded: a thread of it is stuck"
	exit 1
}

# start_load SECONDS: in the background.
start_load() {
	./torture_load "$1" "$seed" &
	load=$!
}

# faults PERCENT: of allocations by threads that are marked for it (those of the load are).
faults() {
	for kind in failslab fail_page_alloc; do
		dir=/sys/kernel/debug/$kind
		[ -d $dir ] || continue
		echo Y >$dir/task-filter
		echo 0 >$dir/verbose	# else each one prints a stack trace
		echo N >$dir/ignore-gfp-wait
		[ ! -e $dir/cache-filter ] || echo N >$dir/cache-filter
		[ ! -e $dir/min-order ] || echo 0 >$dir/min-order
		echo -1 >$dir/times
		echo "$1" >$dir/probability
	done
}

# mark_threads: those of the module that map.
mark_threads() {
	for comm in /proc/[0-9]*/comm; do
		read -r name <"$comm" || continue
		[ "$name" != torture_mapper ] || echo 1 >"${comm%comm}make-it-fail"
	done 2>/dev/null
}

# refused PARAMETER: one line says why, and nothing is left.
refused() {
	dmesg -c >/dev/null
	insmod "$ko" "$1" 2>/dev/null && return 1
	dmesg | grep -q "vma_lock_torture: .*${1%%=*}" && ! loaded
}

refused nreaders_stress=-2 && refused delay_us=1001 && refused stutter=many && refused seed=-1
result $? wrong_parameters_are_refused

# Loaded and unloaded while others map and fault; each run has its own end.
start_load 600
status=0
for i in 1 2 3 4; do
	insmod "$ko" seed=$((seed + i)) stat_interval=0 && sleep 0.$((i * 2)) && unload && continue
	status=1
	break
done
result $status loads_and_unloads_under_load
give_up_if_stuck
kill $load
wait $load 2>/dev/null

# The main run. It is over early if something is wrong.
cpus=$(grep -c ^processor /proc/cpuinfo)
dmesg -c >/dev/null
faults 2
start_load $((time + 2))
insmod "$ko" seed="$seed" stat_interval=10 onoff_interval=2 onoff_holdoff=1
status=$?
[ ! -e /proc/self/make-it-fail ] || mark_threads
begin=$(date +%s)
while [ $status = 0 ] && [ $(($(date +%s) - begin)) -le "$time" ] && ! dmesg | grep -q 'torture:!!!'; do
	sleep 1
done
[ $status != 0 ] || unload
result $? ends_with_success
give_up_if_stuck

wait $load
result $? load_is_right

faults 0
allocations=$(dmesg | sed -n 's/.*| allocations_failed *//p' | awk '{ n += $1 + $2 } END { print n + 0 }')
if [ -d /sys/kernel/debug/failslab ]; then
	status=0
	[ "$allocations" -gt 0 ] || status=1
	result $status allocations_failed
else
	skip allocations_failed "no fault injection in this kernel (CONFIG_FAILSLAB)"
fi

# "onoff: ON/ATTEMPTS:OFF/ATTEMPTS ..."
offlined=$(dmesg | sed -n 's/.*onoff: [0-9]*\/[0-9]*:\([0-9]*\).*/\1/p' | tail -n 1)
if [ "$cpus" -gt 1 ] && [ -e /sys/devices/system/cpu/cpu1/online ]; then
	[ "${offlined:-0}" -gt 0 ]
	result $? cpus_went_offline
else
	skip cpus_went_offline "no CPU that can be taken offline"
fi

exit $failed
