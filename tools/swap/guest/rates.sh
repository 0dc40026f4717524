#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# How often a second a program faults, maps and unmaps, with the kernel's own lock and with
# rust_vma_swap.ko: its C bodies and its Rust ones, in turn. Prints comments "# swap-rate:
# NAME IMPL ROUND NANOSECONDS OPERATIONS"; tools/bench/report makes a table of them.

cd "$(dirname "$0")" || exit 1
# shellcheck source=tools/swap/guest/module.sh
. ./module.sh
# shellcheck source=selftests/vma_lock/tap.sh
. ../vma_lock/tap.sh

! refusal=$(why_refused) || skip_all "$refusal"
echo "1..1"
figures "${ROUNDS:-12}"
result $? in_turn
# shellcheck disable=SC2154 # tap.sh
exit "$failed"
