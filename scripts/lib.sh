# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced by every script here: where things are, how they are said, how they end.
#
#   O=DIR   build directory (default: build/ in the project)
#   V=1     show commands and their output

set -euo pipefail
umask 022
export LC_ALL=C
# What is on the command line of our make (O=, W=1 ...) is not meant for those that are run here.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

top=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd -P)
build=${O:-$top/build}
[[ $build = /* ]] || build=$PWD/$build
verbose=0
[[ ${V:-0} = 1* ]] && verbose=1

# step TAG TEXT: one Kbuild-style line.
step() { printf '  %-7s %s\n' "$1" "$2"; }

# die WHAT [HOW-TO-MEND...]: one clear line, then hints, then exit 1.
die()
{
	printf 'error: %s\n' "$1" >&2
	shift
	(($# == 0)) || printf '       %s\n' "$@" >&2
	exit 1
}

[[ ! "$top$build" =~ [[:space:]:] ]] ||
	die "Kbuild takes no white space or colon in a path: $top, $build" "move the project, or use make O=/some/dir ..."

# Work in the background runs in process groups of its own, so that one signal
# reaches all of it. However this script ends, nothing of it stays behind.
groups=()
cleanup()
{
	local rc=$? g
	trap '' INT TERM HUP
	exec 2>/dev/null
	for g in "${groups[@]}"; do
		kill -TERM -- "-$g" || continue
		wait "$g" || :
	done
	exit "$rc"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# background CMD...: starts CMD in its own group; its pid is $!.
# A script that is killed takes it along (for a function, heartbeat sees to that).
background()
{
	local pre=()
	[[ $(type -t "$1") = function ]] || pre=(setpriv --pdeathsig TERM)
	set -m
	"${pre[@]}" "$@" </dev/null &
	set +m
	groups+=("$!")
}

# finish PID: waits for it, forgets it, returns its exit code.
finish()
{
	local rc=0 g rest=()
	wait "$1" || rc=$?
	for g in "${groups[@]}"; do [[ $g = "$1" ]] || rest+=("$g"); done
	groups=("${rest[@]}")
	return "$rc"
}

# A line every ten seconds for as long as PID lives: what, how long, how far. And
# where this script itself is gone (SIGKILL), the end of PID's group.
heartbeat()
{
	local pid=$1 name=$2 log=$3 start=$SECONDS ticks=0 text
	trap 'exit 0' TERM
	while sleep 1 && kill -0 "$pid"; do
		kill -0 "$$" || kill -TERM -- "-$pid"
		((++ticks % 10 == 0)) || continue
		text=$("${progress:-last_line}" "$log") || text=
		printf '          %s: %d s, %s\n' "$name" $((SECONDS - start)) "$text"
	done
}
# How far a logged command is; a caller may name another function in $progress.
last_line() { tail -n 1 -- "$1" | tr -s '\t ' ' ' | cut -c1-60; }

# logged NAME CMD...: CMD with its output in $build/log/NAME.log, and a sign of life.
logged()
{
	local log=$build/log/$1.log pid beat rc=0
	mkdir -p "$build/log"
	: >"$log"
	if ((verbose)); then
		printf '+ %s\n' "${*:2}"
		background "${@:2}" > >(tee -- "$log") 2>&1
		finish "$!" || rc=$?
	else
		background "${@:2}" >"$log" 2>&1
		pid=$!
		background heartbeat "$pid" "$1" "$log" 2>/dev/null
		beat=$!
		finish "$pid" || rc=$?
		kill -TERM -- "-$beat" 2>/dev/null || :
		finish "$beat" || :
	fi
	return "$rc"
}

disk_full()
{
	die "no space left on the disk of $build ($1)" \
	    "free some space or use another disk: make O=/other/disk/build ..."
}

# run NAME CMD...: the same, and the tail of the log where CMD fails.
run()
{
	local rc=0 log=$build/log/$1.log
	logged "$@" || rc=$?
	((rc != 0)) || return 0
	# On a full disk the log may have been cut short too.
	if grep -q 'No space left on device' "$log" || (($(free_megabytes) < 8)); then
		disk_full "$1"
	fi
	printf 'error: %s failed (exit %d); the end of %s:\n' "$1" "$rc" "$log" >&2
	tail -n 15 -- "$log" | sed 's/^/       /' >&2
	exit 1
}

free_megabytes() { df -Pk -- "$build" | awk 'NR == 2 { print int($4 / 1024) }'; }

# need_space MEGABYTES WHAT: stops before the disk is full rather than after.
need_space()
{
	local free
	free=$(free_megabytes)
	((free >= $1)) || die "$2 needs $1 MB in $build, the disk has $free MB" \
		"free some space or use another disk: make O=/other/disk/build ..."
}

# A build directory is this project's own if it began it: build/, and an O= that was empty then.
own=.vma_lock-build
is_own() { [[ $build = "$top/build" || -f $build/$own ]]; }
claim()
{
	mkdir -p "$build" 2>/dev/null || cannot_write "$build"
	is_own || [[ -z $(ls -A -- "$build" 2>/dev/null) ]] ||
		die "O=$build is neither empty nor made by this project" "choose another place: make O=/some/dir ..."
	{ : >>"$build/$own"; } 2>/dev/null || cannot_write "$build"
}

# cannot_write FILE: one line, and whose it is.
cannot_write()
{
	local file=$1
	while [[ ! -e $file ]]; do file=${file%/*}; done
	die "cannot write to $1 ($file: $(stat -c "%F of %U" -- "$file"))" "choose another place: make O=/some/dir ..."
}

# One set-up at a time in a build directory. Children inherit the lock, so that
# even after a SIGKILL the next one waits for what is left of the last.
lock()
{
	[[ ${VMA_LOCK_SETUP:-} != "$build" ]] || return 0
	claim
	{ exec {lockfd}>"$build/.lock"; } 2>/dev/null || cannot_write "$build"
	if ! flock -n "$lockfd"; then
		step WAIT "another set-up works in $build"
		flock "$lockfd"
	fi
	export VMA_LOCK_SETUP=$build
}

# set_stamp DIR TEXT: DIR is whole; written last.
set_stamp()
{
	sync -f "$1"
	printf '%s\n' "$2" >"$1/done.new"
	mv -- "$1/done.new" "$1/done"
}
# is_done DIR TEXT: DIR is whole and was made by this recipe.
is_done() { [[ -f $1/done && $(<"$1/done") = "$2" ]]; }

# words FILE: a list file without comments.
words() { sed 's/#.*//' "$1" | tr -s ' \t' '\n' | grep .; }

# choose_seed COMMAND: $SEED, for a module that takes an int of nine digits; a random one if none was given.
choose_seed()
{
	SEED=${SEED:-$(((RANDOM << 15 | RANDOM) % 999999999 + 1))}
	[[ $SEED =~ ^[1-9][0-9]{0,8}$ ]] || die "SEED=$SEED: expected 1 to 999999999" "make $1 SEED=1"
}

# own_tree KDIR: as one path, whichever way it was given. A shell that leaves a ~ in
# KDIR=~/linux alone is not the user's fault.
own_tree()
{
	local tree=$1
	# shellcheck disable=SC2088 # that is the point
	[[ $tree != "~/"* ]] || tree=$HOME/${tree#"~/"}
	readlink -m -- "$tree"
}

# chosen_kernel: $dir, where everything of the kernel is that the variables choose, $tree, where its
# sources are, and what its info says.
chosen_kernel()
{
	dir=$("$top/scripts/setup/kernel-dir")
	tree=$dir/tree
	[[ ! -d $tree/source ]] || tree=$tree/source
	# shellcheck source=/dev/null
	. "$dir/info"
}

# lay_out COMMAND DIR [make's arguments]: what tools/COMMAND has for the guest.
lay_out() { "$top/scripts/enter" make --no-print-directory -C "$top/tools/$1/guest" OUTPUT="$2" ${CROSS_COMPILE:+CC="${CROSS_COMPILE}gcc-14"} "${@:3}"; }
