#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Counts instructions with vma_lock_bench.ko while QEMU steps: tools/bench/steps.py waits for the
# line "# bench: at ADDRESS". Prints comments as bench.sh does.

# shellcheck source=tools/bench/guest/files.sh
. "$(dirname "$0")/files.sh"
needs $ko
echo "1..3"

insmod $ko qemu_steps=1
echo "# bench: at $(cat $debugfs/at)"
print_files instructions trace

exit $failed
