#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel's own tests, and other work, without and with rust_vma_swap.ko: nothing but
# the counters may differ. Root, and rust_vma_swap.ko in /modules. Prints TAP.
#
#   TIME=SECONDS   about how long; from 600 on with the long tests (default 120)
#   SLOW=N         this kernel takes N times as long as a stock one (default 1)
#   ROUNDS=N       only the rates, in N rounds
# Exit: 0 passed, 1 not, 4 this machine takes no such module.

cd "$(dirname "$0")" || exit 1
# shellcheck source=tools/swap/guest/module.sh
. ./module.sh
# shellcheck source=selftests/vma_lock/tap.sh
. ../vma_lock/tap.sh
# In the guest of qemu/ the programs lie beside the tests.
if [ -n "${VMA_LOCK_GUEST:-}" ] && [ ! -e /lib64 ]; then
	ln -s /selftests/programs/usr/bin/* /usr/bin/
	ln -s /selftests/programs/usr/lib /selftests/programs/usr/lib64 /selftests/programs/usr/libexec \
		/selftests/programs/usr/include /usr/
	ln -s usr/lib usr/lib64 /
	ln -s /usr/bin/bash /bin/bash
	echo nobody:x:65534:65534::/:/bin/sh >/etc/passwd
fi
TIME=${TIME:-120} SLOW=${SLOW:-1}
form=short
[ "$TIME" -lt 600 ] || form=long
load=$((TIME / 60 + (TIME < 60)))	# seconds for each row of load.sh
tmp=$(mktemp -d)

! refusal=$(why_refused) || skip_all "$refusal"
[ -z "${VMA_LOCK_GUEST:-}" ] || echo $((60 * SLOW)) >/proc/sys/kernel/hung_task_timeout_secs
if [ -n "${ROUNDS:-}" ]; then
	echo "1..1"
	figures "$ROUNDS"
	result $? rates
	exit $failed
fi
# limit<tab>folder<tab>command
sed -n "s/^\(short\|$form\)[ \t]\+\([0-9]\+\)[ \t]\+\([^ \t]\+\)[ \t]\+/\2\t\3\t/p" tests >"$tmp/rows"
rows=$(wc -l <"$tmp/rows")
echo "1..$((rows + 13))"

# run_row PASS NUMBER: the test of that row; PASS/NUMBER are its results.
run_row() {
	row=$(sed -n "$2p" "$tmp/rows")
	IFS='	' read -r limit folder command <<-END
		$row
	END
	echo "# $1 $folder $command"
	# shellcheck disable=SC2086 # words
	(cd "../$folder" && LOAD=$load exec timeout -s KILL $((limit * SLOW)) sh -c "exec $command") \
		>"$tmp/output" 2>&1 </dev/null
	code=$?
	{
		awk -f results.awk "$tmp/output"
		echo "exit code $code"
	} >"$tmp/$1/$2"
	case $code in
	0|4)	;;
	*)	tail -n 5 "$tmp/output" | sed 's/^/#   /' ;;
	esac
}
run_all() {	# run_all PASS
	mkdir "$tmp/$1"
	i=0
	while [ $i -lt "$rows" ]; do
		i=$((i + 1))
		run_row "$1" $i
	done
}
same() {	# same PASS PASS NUMBER
	cmp -s "$tmp/$1/$3" "$tmp/$2/$3"
}

! insmod "$windows" delay_us=1001 2>/dev/null && ! insmod "$windows" delay_us=-1 2>/dev/null &&
	! insmod "$ko" c=maybe 2>/dev/null &&
	[ ! -e "$klp" ] && [ ! -e "$stats" ]
result $? wrong_parameter_is_refused

# refused KO MESSAGE: a module that wants something that the kernel does not have.
refused() {
	! insmod "$modules/$1" 2>/dev/null && dmesg | grep -q "rust_vma_swap: $2" && [ ! -e "$klp" ] && [ ! -e "$stats" ]
}
refused rust_vma_swap_missing.ko 'this kernel has no function __vma_start_wrong()'
result $? function_of_another_era_is_refused
refused rust_vma_swap_notrace.ko 'vma_refcount_put() cannot be patched'
result $? function_that_cannot_be_patched_is_refused

run_all without

swap_in "$ko"
result $? swap_in
! rmmod rust_vma_swap 2>/dev/null && [ -e "$klp" ]
result $? cannot_be_unloaded_while_enabled

run_all with
table "with the module:"
at_least() { [ "$(count "$1")" -ge "$2" ]; }
at_least reads 50000 && at_least writes 50000
result $? all_goes_through_it
# It kills at random: as often as it takes.
i=0
until at_least writes_interrupted 1 || [ $i = 60 ]; do
	i=$((i + 1))
	echo "# round $i of killed_fork"
	./killed_fork 2
done
at_least writes_interrupted 1
result $? killed_fork_gives_up
# Each line of it is a VMA that lock_next_vma() locked, but for the page that all processes share.
proc_maps_goes_through() {
	before=$(count next_reads)
	lines=$(grep -cv vsyscall /proc/$$/maps)
	[ "$lines" -gt 5 ] && [ $(($(count next_reads) - before)) -ge "$lines" ]
}
proc_maps_goes_through
result $? proc_maps_goes_through_it
./race $((load * 4 + 5)) &
race=$!
leave
result $? swap_out_under_load

# The narrow windows wide open: writers and detachers meet readers. As often as it takes.
swap_in "$windows" delay_us=1000
wait $race
wrong=$? taken=1 i=0
while [ $i -lt 60 ] && [ $wrong = 0 ] && [ $taken != 0 ]; do
	i=$((i + 1))
	./race 2 && ./move 5
	wrong=$? taken=0 counts=
	for counter in slow_detaches sleeps wakeups reads_excluded reads_detached reads_backed_off; do
		counts="$counts $counter $(count $counter)"
		at_least $counter 5 || taken=1
	done
	echo "# round $i:$counts"
done
table "with open windows:"
[ $wrong = 0 ] || taken=1
leave && [ $taken = 0 ]
result $? rare_paths_are_taken

# What differs is run again without the module: it may differ all by itself.
i=0 flaky=0 results=0
while [ $i -lt "$rows" ]; do
	i=$((i + 1))
	name=$(sed -n "${i}s/^[0-9]*	\([^	]*\)	\(\.\/\)\?/\1 /p" "$tmp/rows")
	results=$((results + $(wc -l <"$tmp/without/$i")))
	status=0
	if ! same without with $i; then
		diff -u "$tmp/without/$i" "$tmp/with/$i" | grep '^[-+][^-+]' | sed 's/^/#   /'
		mkdir -p "$tmp/again" "$tmp/once_more"
		run_row again $i
		run_row once_more $i
		# With the module nothing may come out that never does without it; names may, where
		# they are drawn at random.
		if same without again $i && same without once_more $i; then
			status=1
		elif ! tail -qn 1 "$tmp"/without/$i "$tmp"/again/$i "$tmp"/once_more/$i |
			grep -qxF "$(tail -n 1 "$tmp/with/$i")"; then
			status=1
		else
			flaky=$((flaky + 1))
			echo "# flaky: $name: differs from run to run without the module too"
		fi
	fi
	code=$(tail -n 1 "$tmp/without/$i")
	case $code in
	'exit code 0')	;;
	'exit code 4')	[ $status != 0 ] || name="$name # SKIP" ;;
	'exit code 137')
		echo "# killed, or out of time, without the module too"
		status=1 ;;
	*)	echo "# fails without the module: $name: $code" ;;
	esac
	result $status "$name"
done

total() { count "$1" /tmp/rust_vma_swap.counters; }
verdict="swap: identical KTAP over $results tests, $(total reads) reads, $(total next_reads) next reads, $(total writes) writes,"
verdict="$verdict $(total slow_detaches) slow detaches, $(total sleeps) sleeps"
[ $flaky = 0 ] || verdict="$verdict, $flaky flaky"

figures $((TIME < 150 ? TIME / 15 + 1 : 10)) || failed=1

# Last, because there is no way back: after COMMAND the module is refused, and why is told.
refused_by() {	# refused_by FILE VALUE REASON
	if [ -z "${VMA_LOCK_GUEST:-}" ] || [ ! -e "$1" ]; then
		result 0 "refused_by_${1##*/} # SKIP a guest only, with $1"
		return
	fi
	echo "$2" >"$1" && ! insmod "$ko" 2>/dev/null && why_refused | grep -q "$3"
	result $? "refused_by_${1##*/}"
}
refused_by /sys/module/module/parameters/sig_enforce Y 'takes no unsigned module (module.sig_enforce=1)'
refused_by /sys/kernel/security/lockdown integrity 'is locked down and takes no unsigned module'
refused_by /proc/sys/kernel/modules_disabled 1 'modules are disabled until the next boot'

[ $failed = 1 ] || echo "# $verdict"
rm -rf "$tmp"
exit $failed
