# SPDX-License-Identifier: GPL-2.0

## Running
##   torture         - The lock in C and Rust under stress, faults and CPU hotplug (TIME=300
##                     seconds, SEED=)

# With the C helpers called: delays and rare counters lie in between.
torture: out = $(dir)/torture/modules
torture: torture-arguments bootable
	+$(call build,INLINE=n vma_lock_torture.ko)
	$(Q)TIME="$(TIME)" SEED="$(SEED)" tools/torture/run

.PHONY: torture
