#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The loads, three at a time, in rounds. Prints TAP, a result a round and load, and for tools/hunt/turns
#
#   # round: SEED LOAD...          what runs from here on
#   # hunt: LOAD COUNTER NUMBER    the load has ended
#   # path: FUNCTION CALLS         at the end
#
#   LOAD=A,B,...   of these, three a round, drawn by the seed; or all if there are not more
#   SEED=N         of the first round; each one after it has the next one
#   ROUNDS=N LENGTH=SECONDS
#
# Once the kernel has reported something it is not what it was: the rounds that are left are skipped.

cd "$(dirname "$0")" || exit 1
# shellcheck source=selftests/vma_lock/tap.sh
. ../vma_lock/tap.sh
# shellcheck source=tools/hunt/guest/paths.sh
. ./paths.sh
loads=$(echo "${LOAD:?}" | tr , ' ')
# shellcheck disable=SC2086 # words
set -- $loads
each=$(($# < 3 ? $# : 3))
echo "1..$((${ROUNDS:?} * each))"

# Machines are busy, and this one is emulated; and what was killed for want of memory is said in short.
for setting in kernel.watchdog_thresh=60 kernel.hung_task_timeout_secs=120 vm.oom_dump_tasks=0; do
	sysctl -q -w $setting 2>/dev/null
done

# drawn SEED: three of the loads, those that go with this seed.
drawn() {
	awk -v seed="$1" -v words="$loads" 'BEGIN {
		n = split(words, load, " ")
		srand(seed)
		for (i = n; i > 1; i--) {
			j = 1 + int(rand() * i)
			x = load[i]; load[i] = load[j]; load[j] = x
		}
		for (i = 1; i <= n && i <= 3; i++)
			print load[i]
	}'
}

# run LOAD SEED: for LENGTH seconds. One that does not end then has a thread that is stuck.
run() {
	timeout -s KILL $((LENGTH * 3 + 60)) "./$1" "$LENGTH" "$2"
	echo $? >"/tmp/hunt.$1"
}

tainted() { cat /proc/sys/kernel/tainted; }
before=$(tainted)
paths_start
round=0
while [ $round -lt "$ROUNDS" ]; do
	seed=$((${SEED:?} + round))
	round=$((round + 1))
	now=$(drawn $seed | tr '\n' ' ')
	if [ "$(tainted)" != "$before" ]; then
		for load in $now; do
			result 0 "round $round $load # SKIP the kernel has reported something"
		done
		continue
	fi
	echo "# round: $seed $now"
	for load in $now; do
		run "$load" $seed &
	done
	wait
	for load in $now; do
		status=$(cat "/tmp/hunt.$load")
		case $status in
		0)	result 0 "round $round $load" ;;
		4)	result 0 "round $round $load # SKIP it cannot" ;;
		*)	echo "# $load: exit code $status"
			result 1 "round $round $load" ;;
		esac
	done
done
paths_end
exit $failed
