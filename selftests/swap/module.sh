# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by swap.sh: the module, its counters, and what it costs.

ko=${VMA_LOCK_MODULES:-/modules}/rust_vma_swap.ko
klp=/sys/kernel/livepatch/rust_vma_swap
stats=/sys/kernel/debug/rust_vma_swap

# why_refused: says why this machine cannot load the module; fails if it can.
why_refused() {
	[ -e /sys/kernel/security/lockdown ] || mount -t securityfs none /sys/kernel/security 2>/dev/null
	if [ ! -d /sys/kernel/livepatch ]; then
		echo "this kernel has no livepatch (CONFIG_LIVEPATCH)"
	elif [ ! -f "$ko" ]; then
		echo "no $ko"
	elif [ "$(cat /proc/sys/kernel/modules_disabled)" = 1 ]; then
		echo "modules are disabled until the next boot (kernel.modules_disabled=1)"
	elif grep -q '\[\(integrity\|confidentiality\)\]' /sys/kernel/security/lockdown 2>/dev/null; then
		echo "the kernel is locked down and takes no unsigned module (/sys/kernel/security/lockdown)"
	elif [ "$(cat /sys/module/module/parameters/sig_enforce 2>/dev/null)" = Y ]; then
		echo "the kernel takes no unsigned module (module.sig_enforce=1)"
	else
		return 1
	fi
}

# shellcheck disable=SC2120 # swap.sh passes one
# swap_in [PARAMETER]: loads the module and waits until all tasks use it.
swap_in() {
	insmod "$ko" "$@" || return
	i=0
	while [ "$(cat $klp/transition)" != 0 ]; do
		i=$((i + 1))
		[ $i -lt 600 ] || { echo "# no end of the transition"; return 1; }
		sleep 0.1
	done
	[ "$(cat $klp/enabled)" = 1 ]
}

# swap_out: the way back, and out. Adds the counters up first.
swap_out() {
	grep . $stats/* | sed 's|.*/||' >>/tmp/rust_vma_swap.counts
	echo 0 >$klp/enabled || return
	i=0
	while [ -e $klp ]; do
		i=$((i + 1))
		[ $i -lt 600 ] || { echo "# no end of the transition"; return 1; }
		sleep 0.1
	done
	rmmod rust_vma_swap && [ ! -e $stats ] && [ ! -e /sys/module/rust_vma_swap ]
}

count() { cat "$stats/$1"; }	# count COUNTER: now

# total COUNTER: over all that has been disabled.
total() {
	awk -F: -v name="$1" '$1 == name { sum += $2 } END { printf "%d", sum }' /tmp/rust_vma_swap.counts
}

table() {	# table HEAD: the counters
	echo "# | $1"
	grep . $stats/* | sed 's|.*/||' | awk -F: '{ printf "# |   %-20s %10s\n", $1, $2 }'
}

# figures ROUNDS: rates without and with the module in turn, in this one boot.
figures() {
	rounds=$1
	round=0
	while [ $round -lt "$rounds" ]; do
		round=$((round + 1))
		./rates 300 | sed 's/^/without /'
		swap_in delay_us=0 >&2 || return
		./rates 300 | sed 's/^/with /'
		swap_out >&2 || return
	done >/tmp/rust_vma_swap.rates
	awk -v rounds="$rounds" '
	function sorted(name, which,    i, j, t) {	# into s[1..rounds]
		for (i = 1; i <= rounds; i++)
			s[i] = which == "ratio" ? v["with", name, i] / v["without", name, i] : v[which, name, i]
		for (i = 2; i <= rounds; i++)
			for (j = i; j > 1 && s[j] < s[j - 1]; j--) {
				t = s[j]; s[j] = s[j - 1]; s[j - 1] = t
			}
		return s[int((rounds + 1) / 2)]
	}
	{ if (!($2 in seen)) { seen[$2]; names[++k] = $2 }; v[$1, $2, ++c[$1, $2]] = $3 }
	END {
		printf "# | operations a second, %2d rounds    without       with   ratio (lowest to highest)\n", rounds
		for (i = 1; i <= k; i++) {
			a = sorted(names[i], "without"); b = sorted(names[i], "with"); r = sorted(names[i], "ratio")
			printf "# |   %-30s %12d %10d   %.2f (%.2f to %.2f)\n", names[i], a, b, r, s[1], s[rounds]
		}
	}' /tmp/rust_vma_swap.rates
}
