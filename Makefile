# SPDX-License-Identifier: GPL-2.0
# What users type. The building is Kbuild's, in the tree of the kernel that the modules are for; the
# rest is done by tools/, qemu/ and scripts/. Commands that have a folder have their rules and their
# lines of help there, in rules.mk.

# All lines that begin with ##, section by section; the order of the sections is that of this file.
help:
	@awk '/^## [^ ]/ { title = substr($$0, 4); if (!known[title]++) order[++n] = title; next } \
		/^##/ { text[title] = text[title] "\n" substr($$0, 4) } \
		END { for (i = 1; i <= n; i++) print (i > 1 ? "\n" : "") order[i] text[order[i]] }' $(MAKEFILE_LIST)

## What to do first
##   run             - Set up, build, boot; the three functions on live and synthetic
##                     VMAs, Rust beside the kernel's C (SUITES=: others of the suites)
##   test            - All that must pass

## Building
##   modules         - The modules, for the kernel chosen below (default)
##   modules_install - Install the sample (INSTALL_MOD_PATH=; MODULES="vma_lock_test ...":
##                     others of them)
##   selftests       - The user-space tests
##   rustdoc         - The library's documentation, in build/rustdoc
##   rust-analyzer   - Write rust-project.json for editors
##   setup           - Toolchain and kernel; every target sees to it by itself
##   clean           - Remove what was built, keep kernel and toolchain
##   mrproper        - Remove all that was made, in build/ or O=

## Checking without a guest

## Running
##   guest           - All suites of selftests/ in the guest, and no more (SUITES=)
##   fuzz            - Random ioctls to the devices (CALLS=1000000, SEED=)
##   shell           - The guest, with a shell; commands from a pipe are taken too

## Which kernel
##   KERNEL=stock          Debian's newest in backports
##   KERNEL=kasan, kcsan   the same source with that sanitizer, lockdep and DEBUG_VM
##   KERNEL=llvm           the same source by clang, with CONFIG_RUST_INLINE_HELPERS
##   KERNEL_VERSION=7.2    the newest 7.2 (7.2.12: that one)
##   FLAVOUR=rt-amd64      that flavour of Debian's, or cloud-amd64
##   ARCH=arm64            Debian's for arm64, cross: all but swap and diff-score; its
##                         KERNEL=kasan too
##   KDIR=~/linux          your own tree, built, with CONFIG_RUST (Documentation/own-kernel.rst)
##   VNG=1                 it is booted by your own vng (run, guest, fuzz); VNG="vng OPTIONS"
##
##   O=DIR   build directory     V=1   show commands

MAKEFLAGS += --no-print-directory --no-builtin-rules
.DEFAULT_GOAL := modules
export KERNEL KERNEL_VERSION FLAVOUR KDIR ARCH O V VNG

# A shell may leave a ~ alone, and scripts and Kbuild work in other directories.
path = $(abspath $(patsubst ~/%,$(HOME)/%,$(1)))
ifneq ($(KDIR),)
override KDIR := $(call path,$(KDIR))
endif
ifneq ($(O),)
override O := $(call path,$(O))
endif

Q := $(if $(filter 1,$(V)),,@)
enter := scripts/enter

# Everything of one kernel: tree, image, modules, tests, logs. Asked for once,
# in the first recipe that needs it. (What is exported reaches recipes, but not $(shell)
# before make 4.4.)
chosen = $(foreach v,KERNEL KERNEL_VERSION FLAVOUR KDIR ARCH O,$v='$($v)')
dir = $(eval dir := $(shell $(chosen) scripts/setup/kernel-dir))$(dir)

# What kind of tree it is stands in its info: CC, ARCH, LLVM. What is given on
# the command line here (W=1, CLIPPY=1, ...) reaches Kbuild through MAKEFLAGS.
out = $(dir)/modules
# Where the sources are, if the tree was built with O=.
src = $(or $(realpath $(dir)/tree/source),$(dir)/tree)
# A tree of one's own may be built by the machine's own toolchain. O= means something else to
# Kbuild, and would reach it too.
in_tree = . $(dir)/info && $${VMA_LOCK_VIA-$(enter)} $(MAKE) -C $(dir)/tree O=$(realpath $(dir)/tree) \
	ARCH=$$ARCH $${LLVM:+LLVM=$$LLVM} $${CC:+CC=$$CC} $${CROSS_COMPILE:+CROSS_COMPILE=$$CROSS_COMPILE} \
	$(if $(V),V=$(V))
kbuild = $(in_tree) M=$(CURDIR) MO=$(out) $(jobs)
# On all CPUs, unless -j says otherwise.
jobs = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
# $(call build,TARGETS): by Kbuild, in $(out).
build = $(Q)mkdir -p $(out) && $(kbuild) $(1)

setup:
	$(Q)scripts/setup/run $(must)

all: modules
modules: setup
	+$(call build,modules)

# Kbuild installs what a folder lists: this one lists only what was asked for. The stock kernel's
# key is Debian's own.
modules_install: MODULES ?= rust_vma_lock
modules_install: known = $(patsubst %.o,%,$(filter %.o,$(shell grep -hE '^obj-' $(wildcard */*/Kbuild tools/*/module/Kbuild))))
modules_install: unknown = $(filter-out $(known),$(MODULES))
modules_known:
	$(if $(unknown),@echo "error: no module $(unknown); there are: $(known)"; exit 1,@:)
modules_install: modules_known setup
	+$(call build,$(MODULES:%=%.ko))
	$(Q)rm -rf $(dir)/install && mkdir $(dir)/install
	$(Q)cp $(MODULES:%=$(out)/%.ko) $(dir)/install
	$(Q)printf '%s.o\n' $(MODULES) >$(dir)/install/modules.order
	+$(Q)$(kbuild) MO=$(dir)/install $(if $(KDIR),,CONFIG_MODULE_SIG_ALL=) modules_install

selftests: setup
	$(Q). $(dir)/info && $(enter) $(MAKE) -C selftests OUTPUT=$(dir)/selftests \
		KSFT=$(src)/tools/testing/selftests $${CROSS_COMPILE:+CC=$${CROSS_COMPILE}gcc-14}

# Each page links to its C source in the kernel tree.
rustdoc: modules
	$(Q)$(enter) scripts/check/rustdoc $(dir)/modules $(src) $(or $(O),$(CURDIR)/build)/rustdoc

# The kernel's generator looks at all that lies below M=, so it is shown an empty folder.
rust-analyzer: modules
	$(Q)mkdir -p $(dir)/analyzer && touch $(dir)/analyzer/Kbuild
	$(Q)$(in_tree) -s M=$(dir)/analyzer rust-analyzer
	$(Q)$(enter) scripts/check/rust-analyzer $(dir)/analyzer/rust-project.json $(dir)/modules \
		$(or $(O),$(CURDIR)/build)/root $(CURDIR)/rust-project.json

# virtme-ng is a program of the machine itself.
qemu = $(Q)$(if $(VNG),,$(enter)) qemu/run $(if $(VNG),--vng='$(VNG:1=vng)' --enter=$(enter)) --kernel $(dir) --modules $(dir)/modules --selftests $(dir)/selftests
suites = $(addprefix --suite ,$(SUITES))

# What can be said before anything is fetched. Debian's arm64 has no livepatch, and the changes that
# diff-score judges are x86's kernel's.
arm64 := $(filter arm64 aarch64 %arm64,$(ARCH) $(FLAVOUR))
x86_only:
	@$(if $(arm64),echo 'error: $(MAKECMDGOALS): for x86 so far (ARCH=arm64 knows run guest shell torture plants bench diff ordering)'; exit 1,:)

# Where no set-up comes first: that there is a build directory, and whose it is.
claimed:
	@bash -c '. scripts/lib.sh; claim'
%-arguments:
	@TIME="$(TIME)" ROUNDS="$(ROUNDS)" SEED="$(SEED)" tools/$*/run --check $(NAMES)
guest-arguments:
	@SUITES="$(SUITES)" CALLS="$(CALLS)" SEED="$(SEED)" selftests/arguments

# A tree of one's own need not be one that boots.
bootable: must = $(if $(by_vng),vng,boot)
run guest fuzz: by_vng = $(VNG)
bootable: setup

# What its suites need; for others all modules.
run-modules: setup
	+$(call build,rust_vma_lock.ko vma_lock_test.ko)
run: SUITES ?= sample live synthetic table
run: guest-arguments bootable $(if $(SUITES),modules,run-modules) selftests
	$(qemu) $(suites)
	$(Q)sed -n 's/^.*# | /  | /p' $(dir)/logs/console.log

guest: guest-arguments bootable modules selftests
	$(qemu) $(suites)
fuzz: guest-arguments bootable modules selftests
	$(qemu) --suite fuzz --timeout 7200 --append "CALLS=$(or $(CALLS),1000000) $(addprefix SEED=,$(SEED))"
shell: bootable modules selftests
	$(qemu) --shell

test:
	$(Q)scripts/test

include scripts/check/rules.mk $(sort $(wildcard tools/*/rules.mk))

clean:
	$(Q)scripts/setup/clean
mrproper distclean:
	$(Q)scripts/setup/clean mrproper
	$(Q)rm -f rust-project.json

.PHONY: help setup all modules modules_known modules_install claimed guest-arguments selftests rustdoc rust-analyzer x86_only bootable run-modules run guest \
	fuzz shell test clean mrproper distclean

# Tried by habit.
instead = @echo 'make $@ is not here: $(1)'; exit 2
install:
	$(call instead,the modules go where others do by make modules_install)
kselftest kselftest-all run_tests:
	$(call instead,make guest boots the suites; on this machine sudo ./run_selftests.sh, see README.md)
kunit:
	$(call instead,make guest SUITES=kunit KERNEL=kasan)
htmldocs pdfdocs:
	$(call instead,Documentation/ is plain reStructuredText; make rustdoc documents the library)
tags TAGS cscope compile_commands.json:
	$(call instead,make rust-analyzer)
coccicheck includecheck versioncheck checkpatch:
	$(call instead,make check)
.PHONY: install kselftest kselftest-all run_tests kunit htmldocs pdfdocs tags TAGS cscope compile_commands.json \
	coccicheck includecheck versioncheck checkpatch
