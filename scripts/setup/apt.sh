# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Sourced after lib.sh: Debian packages through an apt of our own. It takes the
# mirror and the network settings (proxy ...) from the machine's apt; lists, cache
# and status are under build/apt, and no rights are needed.
#
#   MIRROR=URL   use this mirror instead

suite=trixie
suites=("$suite" "$suite-backports")	# where packages may come from; a caller may name others,
apt=$build/apt				# with a folder of their own
apt_conf=				# and further apt.conf(5) settings
debarch=amd64				# or another, likewise with a folder of its own
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
debs=$build/apt/debs

# The mirror that serves this machine's own Debian packages. Where apt has no package
# lists yet, nothing says who a repository's origin is: then it is the one with the
# suite of /etc/os-release and, unlike third parties, its -updates.
apt_mirror()
{
	local codename found
	# shellcheck disable=SC2016 # apt expands it
	found=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 2>/dev/null || :)
	if [[ -z $found ]]; then
		# shellcheck source=/dev/null
		codename=$(. /etc/os-release && printf %s "${VERSION_CODENAME:-none}")
		found=$(apt-get update --print-uris 2>/dev/null | tr -d "'" |
			grep -oP "^\S+/(?=dists/$codename-updates/main/)|^\S+/(?=dists/$codename/main/)" |
			sort | uniq -c | sort -rn | awk '{ print $2 }' || :)
	fi
	awk '/^(https?|ftp|file|copy|mirror)/ && !/security/ { print $1; exit }' <<<"$found"
}

apt_init()
{
	local mirror=${MIRROR:-} dir=$apt tool
	for tool in apt-get apt-config dpkg-deb; do
		command -v "$tool" >/dev/null ||
			die "no $tool: the set-up downloads Debian packages and needs apt and dpkg" \
			    "run it on Debian 12 or later, or bring your own tree and toolchain: make KDIR=/path ..."
	done
	[[ -n $mirror ]] || mirror=$(apt_mirror)
	[[ -n $mirror ]] || die "this machine's apt configuration names no Debian mirror" \
		"name one: make MIRROR=<URL of a Debian mirror> ..."
	[[ -r $keyring ]] || die "no $keyring to verify packages with" "apt-get install debian-archive-keyring"
	mkdir -p "$dir"/{lists/partial,cache/archives/partial,etc/preferences.d,empty} "$debs" "$build/log"
	printf "deb [signed-by=$keyring arch=$debarch] $mirror %s main\n" "${suites[@]}" \
		>"$dir/sources.list.$$"
	mv -- "$dir/sources.list.$$" "$dir/sources.list"
	: >"$dir/status"
	{
		apt-config dump | grep '^Acquire::' || :
		cat <<-END
		Dir::Etc "$dir/etc";
		Dir::Etc::main "/dev/null";
		Dir::Etc::parts "/dev/null";
		Dir::Etc::sourcelist "$dir/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::State "$dir";
		Dir::State::lists "$dir/lists";
		Dir::State::status "$dir/status";
		Dir::Cache "$dir/cache";
		APT::Architecture "$debarch";
		APT::Architectures { "$debarch"; };
		APT::Sandbox::User "root";
		APT::Install-Recommends "false";
		APT::Update::Error-Mode "any";
		Acquire::Languages "none";
		Acquire::ForceHash "SHA256";
		Acquire::Retries "1";
		Acquire::http::Timeout "10";
		Acquire::https::Timeout "10";
		Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
		Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
		$apt_conf
		END
	} >"$dir/apt.conf.$$"
	mv -- "$dir/apt.conf.$$" "$dir/apt.conf"
	# A set-up that this one starts finds our configuration, not the machine's, and in it no such mirror.
	export APT_CONFIG=$dir/apt.conf MIRROR=$mirror
	apt_from=$mirror
}

# Fresh signed indexes, at most once in an hour.
apt_update()
{
	apt_init
	local key
	key="$(date +%Y%m%d%H) $apt_from"
	[[ -f $apt/updated && $(<"$apt/updated") = "$key" ]] && return
	step GET "package lists of Debian ${suites[*]}"
	rm -f "$apt/updated"
	logged apt-update apt-get -q update ||
		apt_failed "cannot get the package lists from $apt_from" "$build/log/apt-update.log"
	printf '%s\n' "$key" >"$apt/updated"
}

# apt_failed WHAT LOG: says why in one line; the next run gets fresh lists.
apt_failed()
{
	rm -f "$apt/updated"
	if grep -q NO_PUBKEY "$2"; then
		die "this machine's Debian keys are too old to verify ${suites[*]}" \
		    "apt-get update && apt-get install debian-archive-keyring"
	elif grep -qE "No space left|enough free space" "$2"; then
		disk_full download
	fi
	die "$1: $(grep -m1 -oP '^E: \K.*' "$2" || echo "see $2")" \
	    "check the network (and MIRROR=), then run the same command again: it goes on where it stopped"
}

# apt_uris ARGS...: "SHA256 SIZE FILE NAME=VERSION" for each package that
# `apt-get ARGS...` would fetch. From an empty folder: apt leaves out what it finds there.
apt_uris()
{
	(cd "$apt/empty" && apt-get -qq --print-uris "$@" 2>"$build/log/apt-uris-${0##*/}.log") |
		awk -F"[' ]+" '{
			n = split($3, part, "_"); version = part[2]; gsub(/%3a/, ":", version)
			sub(/^SHA256:/, "", $5); print $5, $4, $3, part[1] "=" version
		}'
}

# apt_fetch NAME URIS: downloads the packages of the list URIS into $debs. apt checks
# what it downloads against the signed index, but trusts a file that lies there with
# the right size: so every sum is checked here again.
apt_fetch()
{
	local name=$1 list=$2 fetching=$2 try missing
	for try in 1 2 3; do
		mapfile -t missing < <(apt_missing "$list")
		((${#missing[@]})) || return 0
		((try < 3)) || die "the downloads for $name do not match Debian's signed index" \
			"run the same command again"
		progress=apt_progress logged "get-$name" apt_download "${missing[@]}" ||
			apt_failed "cannot download from $apt_from" "$build/log/get-$name.log"
	done
}
apt_download() { cd "$debs" && exec apt-get -q download "$@"; }

# Packages of the list whose file is absent or wrong (a wrong one goes).
apt_missing()
{
	local sum size file package
	while read -r sum size file package; do
		if [[ -f $debs/$file ]]; then
			sha256sum --status -c <<<"$sum  $debs/$file" && continue
			[[ $(stat -c %s "$debs/$file") != "$size" ]] || rm -f -- "$debs/$file"
		fi
		printf '%s\n' "$package"
	done <"$1"
}
# unpack_package FILE DIR: but for what a compiler never reads.
unpack_package()
{
	dpkg-deb --fsys-tarfile "$1" |
		tar -x -C "$2" --no-same-owner --keep-directory-symlink --delay-directory-restore \
			--exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' \
			--exclude='./usr/share/locale/*' --exclude='./usr/share/i18n/*' --exclude='./var/lib/*' --exclude='./usr/lib/llvm-*/lib/*.a'
}
# unpack_packages LIST DIR: all of a list, several at a time.
unpack_packages()
{
	export -f unpack_package
	# shellcheck disable=SC2016 # the inner bash expands it
	cut -d' ' -f3 "$1" | xargs -r -P "$(nproc)" -I{} bash -euo pipefail -c 'unpack_package "$1" "$2"' unpack "$debs/{}" "$2"
}
# How far the download of the list $fetching is.
apt_progress()
{
	local sum size file package have=0 all=0
	while read -r sum size file package; do
		all=$((all + size))
		[[ ! -f $debs/$file ]] || have=$((have + $(stat -c %s "$debs/$file")))
	done <"$fetching"
	printf '%d of %d MB' $((have >> 20)) $((all >> 20))
}
