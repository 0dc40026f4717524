# SPDX-License-Identifier: GPL-2.0
# A table of rates: medians, and of the ratios of neighbouring rounds the quartiles too.
function sorted(name, upper, lower,    i, j, t) {	# into s[1..rounds], as rates
	for (i = 1; i <= rounds; i++)
		s[i] = rate[name, upper, i] / (lower == "" ? 1 : rate[name, lower, i])
	for (i = 2; i <= rounds; i++)
		for (j = i; j > 1 && s[j] < s[j - 1]; j--) {
			t = s[j]; s[j] = s[j - 1]; s[j - 1] = t
		}
}
function quantile(q,    at, low) {
	at = 1 + q * (rounds - 1)
	low = int(at)
	return s[low] + (low < rounds ? (at - low) * (s[low + 1] - s[low]) : 0)
}
function median(name, impl) {
	sorted(name, impl)
	return quantile(1 / 2)
}
function ratio(name, upper, lower) {
	sorted(name, upper, lower)
	return sprintf("%.2f (%.2f to %.2f)", quantile(1 / 2), quantile(1 / 4), quantile(3 / 4))
}
{
	if (!($1 in seen)) {
		seen[$1]
		names[++k] = $1
	}
	rate[$1, $2, $3] = $5 / $4 * 1e9
	if ($3 > rounds)
		rounds = $3
}
END {
	printf "# | operations a second, medians of %d rounds; ratios with quartiles\n", rounds
	printf "# |   %-22s %8s %8s %8s  %-20s  %s\n", "", "kernel", "C klp", "Rust klp", "Rust to kernel", "Rust to C klp"
	for (i = 1; i <= k; i++)
		printf "# |   %-22s %8d %8d %8d  %-20s  %s\n", names[i], median(names[i], "kernel"),
			median(names[i], "c"), median(names[i], "rust"),
			ratio(names[i], "rust", "kernel"), ratio(names[i], "rust", "c")
}
