# SPDX-License-Identifier: GPL-2.0

## What to do first
##   matrix          - Every kernel that is supported, one line each (ONLY="7.2 rt";
##                     COMMANDS="guest diff"); goes on where it stopped

matrix: claimed
	$(Q)tools/matrix/run --only "$(ONLY)" --commands "$(COMMANDS)"

.PHONY: matrix
