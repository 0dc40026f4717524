# SPDX-License-Identifier: GPL-2.0

## Running
##   hunt            - Search for bugs of the kernel around the lock: torture, swap and loads of
##                     all sorts in turns, for TIME=600 seconds (LOAD="maps move", SEED=;
##                     LOADS=DIR: your own loads, KNOWN=FILE: reports to be counted only)

hunt: hunt-arguments bootable
	$(Q)$(hunt) tools/hunt/run

hunt = TIME="$(TIME)" SEED="$(SEED)" LOAD="$(LOAD)" LOADS="$(LOADS)" KNOWN="$(KNOWN)"
hunt-arguments:
	@$(hunt) tools/hunt/run --check

.PHONY: hunt hunt-arguments
