#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A module cannot be unloaded under an open file; or if it can, as its files are served
# by the kernel, the open one does no harm. For each module in /modules, and each file of it.

# shellcheck source=selftests/vma_lock/livepatch.sh
. "$(dirname "$0")/livepatch.sh"
# shellcheck source=selftests/vma_lock/tap.sh
. "$(dirname "$0")/tap.sh"
loaded() { [ -d "/sys/module/$1" ]; }

# Not those of the comparison: they have no files, and need a device of its own guest. Nor
# the KUnit tests, unless they are there: loading them prints KTAP of their own.
list=$(find "$modules" -name '*.ko' 2>/dev/null | sed 's/.*\///; s/\.ko$//; /^vma_lock_diff/d' | sort)
loaded vma_lock_kunit || list=$(echo "$list" | sed '/^vma_lock_kunit$/d')
[ -n "$list" ] || skip_all "no modules in $modules"
echo "1..$(echo "$list" | wc -l)"

load() {
	case $1 in
	rust_vma_swap)
		swap_in "$ko" ;;
	vma_lock_torture)
		insmod "$modules/$1.ko" nreaders_stress=0 nwriters_stress=0 nmappers_stress=0 nlive_stress=0 ;;
	vma_lock_kunit)
		;;
	*)
		insmod "$modules/$1.ko" ;;
	esac
}

# Until now the kernel itself holds a livepatch.
let_go() {
	[ "$1" != rust_vma_swap ] || [ ! -e "$klp" ] || { echo 0 >"$klp/enabled" && wait_until gone; }
}

# All of its own. Parameters are the kernel's: one of them.
files() {
	for file in "/dev/$1" "/dev/${1#rust_}" "/sys/kernel/debug/$1"/*; do
		[ ! -e "$file" ] || echo "$file"
	done
	find "/sys/module/$1/parameters" -type f 2>/dev/null | head -n 1
	# One, for this module does not come back.
	[ "$1" != vma_lock_kunit ] || find /sys/kernel/debug/kunit/vma_lock_* -name results | head -n 1
}

# unload_under MODULE FILE: fails too if closing the file is the end of this subshell.
unload_under() (
	exec 3<"$2" || exit 1
	if rmmod "$1" 2>/dev/null; then
		echo "# $2: can be unloaded under it"
		cat <&3 >/dev/null 2>&1
	else
		loaded "$1" || exit 1
	fi
	exec 3<&-
)

# Each file in turn, and then out and, if it was there before, in again.
check() {
	was_loaded=$(loaded "$1" && echo yes)
	held=0
	loaded "$1" || load "$1" || return
	for file in $(files "$1" | sort -u); do
		loaded "$1" || load "$1" || return
		let_go "$1" && unload_under "$1" "$file" || return
		held=$((held + 1))
	done
	! loaded "$1" || { let_go "$1" && rmmod "$1"; } || return
	echo "# $1: $held files"
	[ -z "$was_loaded" ] || load "$1"
}

for module in $list; do
	check "$module"
	result $? "$module"
done
exit $failed
