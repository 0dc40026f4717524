# SPDX-License-Identifier: GPL-2.0

## Upstream
##   series          - The library as a patch series for the kernel tree, in build/series
##                     (KDIR=: for that git tree; SIGNOFF=1)
##   series-check    - Does it hold there? Each patch builds, checkpatch, KUnit, sample

series:
	$(Q)SIGNOFF="$(SIGNOFF)" tools/series/run

series-check:
	$(Q)tools/series/check

.PHONY: series series-check
