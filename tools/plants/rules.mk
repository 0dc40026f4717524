# SPDX-License-Identifier: GPL-2.0

## Running
##   plants          - Planted bugs: does this kernel find each? (KERNEL=kasan, kcsan; NAMES=)

plants: plants-arguments bootable modules
	$(Q)$(enter) tools/plants/run --kernel $(dir) $(NAMES)

.PHONY: plants
