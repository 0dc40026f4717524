# SPDX-License-Identifier: GPL-2.0

## What to do first
##   diff            - Is a change to the protocol "no functional change"? C before, C
##                     after, Rust, state by state (PATCH=my.patch or TREE=~/linux;
##                     SEED=: of the random schedules; CELL=: one cell of the report;
##                     FIRST=1: no boot if schedules differ; FULL=1: five threads)

diff: x86_only
	$(Q)$(MAKE) bootable modules || { echo "verdict: could not tell — the modules do not build"; exit 2; }
	$(Q)$(enter) tools/diff/run --kernel $(dir) \
		$(if $(TREE),--tree $(TREE)) $(if $(SEED),--seed $(SEED)) $(if $(CELL),--cell "$(CELL)") $(PATCH)

.PHONY: diff
