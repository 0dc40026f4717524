# SPDX-License-Identifier: GPL-2.0

## Checking without a guest
##   check           - What can be said without booting: format, lints, table, arrows
##   clippy          - Lint the Rust code
##   rustfmt         - Format it; rustfmtcheck only checks

check: modules
	$(Q)scripts/check/run

clippy: out = $(dir)/clippy
clippy: setup
	+$(call build,CLIPPY=1 modules)

rustfmt_run = $(Q)$(enter) rustfmt --config-path $(src)/.rustfmt.toml --edition 2021
rust_files = $(shell find rust samples selftests tools -name '*.rs')
rustfmt: setup
	$(rustfmt_run) $(rust_files)
rustfmtcheck: setup
	$(rustfmt_run) --check $(rust_files)

.PHONY: check clippy rustfmt rustfmtcheck
