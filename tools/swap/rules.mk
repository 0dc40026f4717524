# SPDX-License-Identifier: GPL-2.0

## Running
##   swap            - The Rust lock in the place of the kernel's own, under the kernel's
##                     own tests (TIME=600: at length; ROUNDS=20: only rates)

# The module a second time, with the C helpers called: waits and rare counters lie in between.
swap: out = $(dir)/swap/windows
swap: x86_only swap-arguments bootable
	@grep -q ^CONFIG_LIVEPATCH=y $(dir)/tree/.config || \
		{ echo 'swap: skipped: this kernel has no livepatch (CONFIG_LIVEPATCH)'; exit 4; }
	$(Q)$(MAKE) modules
	+$(call build,INLINE=n rust_vma_swap.ko)
	$(Q)TIME="$(TIME)" ROUNDS="$(ROUNDS)" APPEND="$(APPEND)" tools/swap/run

.PHONY: swap
