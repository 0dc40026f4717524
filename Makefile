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
dir = $(eval dir := $(shell scripts/kernel-dir))$(dir)

# What kind of tree it is stands in its info: CC, ARCH, LLVM. What is given on
# the command line here (W=1, CLIPPY=1, ...) reaches Kbuild through MAKEFLAGS.
kbuild = . $(dir)/info && $(enter) $(MAKE) -C $(dir)/tree M=$(CURDIR) MO=$(dir)/modules \
	ARCH=$$ARCH $${LLVM:+LLVM=$$LLVM} $${CC:+CC=$$CC} $(if $(V),V=$(V))
rust_files = $(shell find rust samples -name '*.rs')
rustfmt = $(enter) rustfmt --config-path $(dir)/tree/.rustfmt.toml --edition 2021

modules: setup
	$(Q)mkdir -p $(dir)/modules
	$(Q)$(kbuild) modules

modules_install: modules
	$(Q)$(kbuild) modules_install

clippy: setup
	$(Q)mkdir -p $(dir)/clippy
	$(Q)$(subst /modules,/clippy,$(kbuild)) CLIPPY=1 modules

rustfmt: setup
	$(Q)$(rustfmt) $(rust_files)

rustfmtcheck: setup
	$(Q)$(rustfmt) --check $(rust_files)

selftests: setup
	$(Q). $(dir)/info && $(enter) $(MAKE) -C selftests OUTPUT=$(dir)/selftests \
		KSFT=$(dir)/tree/tools/testing/selftests $${CC:+CC=$$CC}

# SUITES: which of the suites of selftests/run_selftests.sh, default all.
qemu = $(enter) qemu/run --kernel $(dir) --modules $(dir)/modules --selftests $(dir)/selftests

run: modules selftests
	$(Q)$(qemu) $(addprefix --suite ,$(or $(SUITES),live synthetic table))
	$(Q)sed -n 's/^.*# | /  | /p' $(dir)/logs/console.log

guest: modules selftests
	$(Q)$(qemu) $(addprefix --suite ,$(SUITES))

shell: modules selftests
	$(Q)$(qemu) --shell

# TESTS: which of model/litmus/*.litmus, default all.
litmus: setup
	$(Q)scripts/herd7
	$(Q)$(enter) model/litmus/run --herd7 $(or $(O),build)/herd7/herd7 \
		--model $(dir)/tree/tools/memory-model $(TESTS)

# TIME: about how many seconds in the guest.
swap: modules
	$(Q)TIME=$(TIME) APPEND="$(APPEND)" scripts/swap

test:
	$(Q)scripts/test

# The kernel's generator looks at all that lies below M=, so it is shown an empty folder.
rust-analyzer: modules
	$(Q)mkdir -p $(dir)/analyzer && touch $(dir)/analyzer/Kbuild
	$(Q). $(dir)/info && $(enter) $(MAKE) -s -C $(dir)/tree M=$(dir)/analyzer ARCH=$$ARCH \
		$${LLVM:+LLVM=$$LLVM} $${CC:+CC=$$CC} rust-analyzer
	$(Q)$(enter) scripts/rust-analyzer $(dir)/analyzer/rust-project.json $(dir)/modules \
		$(or $(O),$(CURDIR)/build)/root $(CURDIR)/rust-project.json

# Each page links to its C source in the kernel tree.
rustdoc: modules
	$(Q)$(enter) scripts/rustdoc $(dir)/modules $(dir)/tree $(or $(O),$(CURDIR)/build)/rustdoc

clean: setup
	$(Q)rm -rf $(dir)/modules $(dir)/clippy $(dir)/selftests $(dir)/logs

mrproper:
	$(Q)rm -rf $(or $(O),build) rust-project.json

setup:
	$(Q)scripts/setup

help:
	@sed -n 's/^## \?//p' $(firstword $(MAKEFILE_LIST))

## What to do first
##   run             - Set up, build, boot; the three functions on live and synthetic
##                     VMAs, Rust beside the kernel's C (SUITES=: others of the suites)
##   test            - All that must pass
##
## Building
##   modules         - The modules, for the kernel chosen below (default)
##   modules_install - Install them (INSTALL_MOD_PATH=)
##   selftests       - The user-space tests
##   clippy          - Lint the Rust code
##   rustfmt         - Format it; rustfmtcheck only checks
##   rustdoc         - The library's documentation, in build/rustdoc
##   rust-analyzer   - Write rust-project.json for editors
##   setup           - Toolchain and kernel; every target sees to it by itself
##   clean           - Remove what was built, keep kernel and toolchain
##   mrproper        - Remove build/
##
## Checking without a guest
##   litmus          - The memory ordering, under the kernel's memory model (TESTS=: of
##                     model/litmus/*.litmus)
##
## Running
##   guest           - All suites of selftests/ in the guest, and no more (SUITES=)
##   swap            - The Rust lock in the place of the kernel's own, under the kernel's
##                     own tests (TIME=600: at length)
##   shell           - The guest, with a shell
##
## Which kernel
##   KERNEL=stock          Debian's newest in backports
##   KERNEL_VERSION=7.2.12 that version of it
##   FLAVOUR=rt-amd64      that flavour of it
##   KDIR=~/linux          your own tree, built, with CONFIG_RUST
##
##   O=DIR   build directory     V=1   show commands

.PHONY: modules modules_install clippy rustfmt rustfmtcheck selftests run guest swap shell litmus test \
	rust-analyzer rustdoc clean mrproper setup help
