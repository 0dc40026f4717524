# SPDX-License-Identifier: GPL-2.0

## Running
##   bench           - Speed against the kernel's C: instructions, times, sizes, in
##                     build/bench (RST=: a page that gets the tables); arm64 and sanitizers: no times

# Said before it takes minutes.
page_there:
	@$(if $(RST),test -w "$(RST)" || { echo 'error: RST=$(RST): no page that can be written to'; exit 1; },:)

bench: page_there bootable modules
	$(Q)RST="$(RST)" tools/bench/run

.PHONY: bench page_there
