# SPDX-License-Identifier: GPL-2.0
# What a command of its own needs in the guest, laid out in OUTPUT as the guest has it in /selftests.
# The Makefile that includes this is for the folder OUTPUT/$(suite), and names
#
#   programs   what is compiled there, each of one file
#   files      what is copied there

ifeq ($(origin CC),default)
CC := gcc
endif
Q := $(if $(filter 1,$(V)),,@)
selftests := $(dir $(lastword $(MAKEFILE_LIST)))../../selftests

common := $(addprefix $(OUTPUT)/,run_selftests.sh vma_lock/tap.sh vma_lock/livepatch.sh)

all: $(addprefix $(OUTPUT)/$(suite)/,$(programs) $(files)) $(common)
	@:

$(addprefix $(OUTPUT)/$(suite)/,$(programs)): $(OUTPUT)/$(suite)/%: %.c
	@mkdir -p $(@D)
	@echo '  CC      $(suite)/$*'
	$(Q)$(CC) -O2 -static -pthread -Wall -Wextra -Werror -Wno-unused-parameter -D_GNU_SOURCE -o $@ $<

$(addprefix $(OUTPUT)/$(suite)/,$(files)): $(OUTPUT)/$(suite)/%: %
	@mkdir -p $(@D)
	$(Q)install -m $(if $(filter %.sh,$@),755,644) $< $@

$(common): $(OUTPUT)/%: $(selftests)/%
	@mkdir -p $(@D)
	$(Q)install -m 755 $< $@

.PHONY: all
