# SPDX-License-Identifier: GPL-2.0

## Checking without a guest
##   litmus          - The memory ordering, under the kernel's memory model (TESTS=: of
##                     tools/model/litmus/*.litmus)
##   model           - The protocol on the host, in every interleaving (loom)
##   proof           - The protocol for any number of readers, by an SMT solver, and that
##                     each step of C and Rust is one of what is proved (PATCH=: does
##                     the proof cover that change?)
##   mutants         - Plant one bug after the other: does the model find each?
##   cargo-mutants   - The bugs that cargo-mutants plants by itself: does anything find each?
##                     Half an hour; goes on where it was interrupted

litmus: setup
	$(Q)scripts/setup/herd7
	$(Q)$(enter) tools/model/litmus/run --herd7 $(or $(O),build)/herd7/herd7 \
		--model $(src)/tools/memory-model $(TESTS)
model: claimed
	$(Q)tools/model/run
# Of the modules' build only the Rust side of the explorer.
stepped = $(addprefix tools/diff/explorer/stepped/,lib.o side.o)
proof: setup
	+$(call build,$(stepped))
	$(Q)tools/model/proof/run --kernel $(dir) $(PATCH)
mutants: claimed
	$(Q)tools/model/mutants/run
cargo-mutants: setup
	$(Q)tools/model/cargo-mutants/run

.PHONY: litmus model proof mutants cargo-mutants
