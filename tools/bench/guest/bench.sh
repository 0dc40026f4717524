#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Measures C and Rust with vma_lock_bench.ko, and prints what it says in
# comments "# bench: FILE LINE"; tools/bench/run makes tables of them.

# shellcheck source=tools/bench/guest/files.sh
. "$(dirname "$0")/files.sh"
needs $ko
echo "1..4"

insmod $ko
print_files instructions trace time

exit $failed
