# SPDX-License-Identifier: GPL-2.0
# What users type. The building is Kbuild's, in the tree of the kernel that the
# modules are for; the rest is done by scripts/ and qemu/. `make help` lists all.

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := modules
export KERNEL KERNEL_VERSION FLAVOUR KDIR ARCH O V

Q := $(if $(filter 1,$(V)),,@)
enter := scripts/enter

# Everything of one kernel: tree, image, modules, tests, logs. Asked for once,
# in the first recipe that needs it.
dir = $(eval dir := $(shell scripts/setup --print))$(dir)

# CC and ARCH of the tree stand in its info. What is on the command line here
# (W=1, CLIPPY=1, ...) reaches Kbuild through MAKEFLAGS.
kbuild = . $(dir)/info && $(enter) $(MAKE) -C $(dir)/tree M=$(CURDIR) MO=$(dir)/modules \
	ARCH=$$ARCH CC=$$CC

modules modules_install clean rustfmt rustfmtcheck: setup
	$(Q)mkdir -p $(dir)/modules
	$(Q)$(kbuild) $@

selftests: setup
	$(Q). $(dir)/info && $(enter) $(MAKE) -C selftests OUTPUT=$(dir)/selftests \
		KSFT=$(dir)/tree/tools/testing/selftests CC=$$CC

setup:
	$(Q)scripts/setup

.PHONY: setup modules modules_install clean rustfmt rustfmtcheck selftests
