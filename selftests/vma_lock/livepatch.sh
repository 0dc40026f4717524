# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Sourced by the suites that load rust_vma_swap.ko: in, and out again.

modules=${VMA_LOCK_MODULES:-/modules}
ko=$modules/rust_vma_swap.ko
klp=/sys/kernel/livepatch/rust_vma_swap
stats=/dev/rust_vma_swap

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

# swap_in FILE [PARAMETER]: loads the module and waits until all tasks use it.
swap_in() {
	insmod "$@" || return
	wait_until in_use || return
	[ "$(cat $klp/enabled)" = 1 ]
}

# swap_out: the way back, and out.
swap_out() {
	echo 0 >$klp/enabled || return
	wait_until gone || return
	rmmod rust_vma_swap && [ ! -e $stats ] && [ ! -e /sys/module/rust_vma_swap ]
}

in_use() { [ "$(cat $klp/transition)" = 0 ]; }
gone() { [ ! -e $klp ]; }
wait_until() {	# wait_until CONDITION
	i=0
	until "$1"; do
		i=$((i + 1))
		[ $i -lt 600 ] || { echo "# no end of the transition"; return 1; }
		sleep 0.1
	done
}
