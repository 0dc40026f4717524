# SPDX-License-Identifier: GPL-2.0

## What to do first
##   diff            - Is a change to the protocol "no functional change"? C before, C
##                     after, Rust, state by state (PATCH=my.patch or TREE=~/linux;
##                     SEED=: of the random schedules; CELL=: one cell of the report;
##                     FIRST=1: no boot if schedules differ; FULL=1: five threads)

## Checking without a guest
##   ordering        - Do the litmus tests show C and Rust as they are, and which ordering
##                     does anybody need? Each one weakened, one at a time

diff: x86_only
	$(Q)$(MAKE) bootable modules || { echo "verdict: could not tell — the modules do not build"; exit 2; }
	@# Without it the verdict says so, where it is needed.
	$(Q)scripts/setup/herd7 || true
	$(Q)$(enter) tools/diff/run --kernel $(dir) \
		$(if $(TREE),--tree $(TREE)) $(if $(SEED),--seed $(SEED)) $(if $(CELL),--cell "$(CELL)") $(PATCH)
ordering: setup
	$(Q)scripts/setup/herd7
	+$(call build,$(addprefix tools/diff/explorer/stepped/,lib.o side.o))
	$(Q)$(enter) tools/diff/ordering/run --kernel $(dir)

.PHONY: diff ordering
