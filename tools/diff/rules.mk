# SPDX-License-Identifier: GPL-2.0

## What to do first
##   diff            - Is a change to the protocol "no functional change"? C before, C
##                     after, Rust, state by state: a verdict for each patch of a series
##                     (PATCH=mbox, mail, directory, diff or -; RANGE=base..topic or a
##                     commit, TREE=~/linux; MAIL=1 or a file: to reply with; BISECT=1),
##                     or a tree (TREE=~/linux). SEED=: of the random schedules; CELL=: one
##                     cell of the report; FIRST=1: no boot if schedules differ; FULL=1:
##                     five threads; AGAIN=1: nothing that an earlier run left. Bots
##                     call tools/diff/series: make turns exit 1 into 2
##   diff-score      - Is it right? Changes of this lock with the verdict that each must get

## Checking without a guest
##   ordering        - Do the litmus tests show C and Rust as they are, and which ordering
##                     does anybody need? Each one weakened, one at a time

diff:
	+$(Q)tools/diff/series $(if $(TREE),--tree $(TREE)) $(if $(RANGE),--range $(RANGE)) $(if $(BISECT),--bisect) \
		$(if $(MAIL),--mail=$(patsubst 1,-,$(MAIL))) $(if $(SEED),--seed $(SEED)) $(if $(CELL),--cell "$(CELL)") $(PATCH)
diff-score: x86_only bootable modules
	$(Q)scripts/setup/herd7
	$(Q)$(enter) tools/diff/score --kernel $(dir)
ordering: setup
	$(Q)scripts/setup/herd7
	+$(call build,$(addprefix tools/diff/explorer/stepped/,lib.o side.o))
	$(Q)$(enter) tools/diff/ordering/run --kernel $(dir) $(if $(SIDES),--sides)

.PHONY: diff diff-score ordering
