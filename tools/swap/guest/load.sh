#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Work that is not ours, each for about SECONDS, over and over: programs that fault, map,
# unmap and fork in earnest and check what they get. Exit: 0, 1 wrong, 4 not installed.
#
#   ./load.sh NAME SECONDS

name=$1 seconds=$2 dir=$(mktemp -d)
cd "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT

need() {
	[ -x "/usr/bin/$1" ] || { echo "# no /usr/bin/$1"; exit 4; }
}
stress() {
	need stress-ng
	/usr/bin/stress-ng --quiet --verify --timeout "${seconds}s" --temp-path . "$@"
}
# repeat CMD...: until the time is over, or CMD fails.
repeat() {
	end=$(($(date +%s) + seconds))
	"$@" || return
	while [ "$(date +%s)" -lt "$end" ]; do
		"$@" || return
	done
}

compress() {
	/usr/bin/xz -T4 --block-size=64KiB -1 -k -f text && /usr/bin/xz -T4 -d -c text.xz | cmp text -
}
sorted() {
	/usr/bin/sort --parallel=4 -S 1M text >ours && cmp ours expected
}
compile() {
	jobs=
	for i in 1 2 3 4; do
		/usr/bin/gcc -O2 -D_GNU_SOURCE -c program.c -o $i.o &
		jobs="$jobs $!"
	done
	for job in $jobs; do
		wait "$job" || return
	done
	cmp 1.o 2.o && cmp 1.o 3.o && cmp 1.o 4.o
}
# make_text: 1.4 MB that are neither sorted nor random.
make_text() {
	awk 'BEGIN { for (i = 0; i < 100000; i++) print (i * 7919) % 100003, "per-VMA" }'
}

case $name in
vm)	stress --vm 2 --vm-bytes 32M --vm-rw 1 --vm-rw-bytes 8M ;;
mmap)	stress --mmap 1 --mmap-bytes 8M --mmapmany 1 --mremap 1 --mremap-bytes 8M \
		--munmap 1 --mprotect 1 --madvise 1 ;;
vma)	stress --vma 2 ;;
fork)	stress --fork 1 --vfork 1 --clone 1 --mmapfork 1 ;;
fault)	stress --fault 2 --malloc 1 --malloc-bytes 32M --userfaultfd 1 --userfaultfd-bytes 4M ;;
compress)
	need xz
	make_text >text
	repeat compress ;;
sort)
	need sort
	make_text >text
	busybox sort text >expected 2>/dev/null || LC_ALL=C sort text >expected
	LC_ALL=C repeat sorted ;;
compile)
	need gcc
	cp "$OLDPWD/rates.c" program.c
	repeat compile ;;
*)
	echo "# no load $name, there are: vm mmap vma fork fault compress sort compile" >&2
	exit 1 ;;
esac
