# SPDX-License-Identifier: GPL-2.0

## Running
##   bench           - Speed against the kernel's C: instructions, times, sizes, in
##                     build/bench (RST=: a page that gets the tables); arm64: no times

bench: bootable modules
	$(Q)RST="$(RST)" tools/bench/run

.PHONY: bench
