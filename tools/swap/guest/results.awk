# SPDX-License-Identifier: GPL-2.0
# What a (K)TAP output says, without what differs from run to run anyway: one line a
# result, "VERDICT NAME". Addresses, times, sizes, and counts of pages and faults, are no part
# of a name.
/^[ \t#]*(not )?ok [0-9]+/ {
	verdict = /not ok/ ? "fail" : "pass"
	if (/# *(SKIP|skip)/)
		verdict = "skip"
	else if (/# *XFAIL/)
		verdict = "xfail"
	sub(/^[ \t#]*(not )?ok [0-9]+( -)?[ \t]*/, "")
	sub(/[ \t]*# *(SKIP|skip|XFAIL).*/, "")
	gsub(/pages [0-9]+/, "pages N")
	gsub(/faults [0-9]+/, "faults N")
	gsub(/0x[0-9a-fA-F]+|[0-9]+\.[0-9]+|[0-9]+MB/, "N")
	print verdict, $0
}
