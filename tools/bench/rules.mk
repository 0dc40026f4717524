# SPDX-License-Identifier: GPL-2.0

## Running
##   bench           - Speed against the kernel's C: instructions, times, sizes, in
##                     build/bench (RST=: a page that gets the tables)

bench: x86_only bootable modules
	$(Q)RST="$(RST)" tools/bench/run

.PHONY: bench
