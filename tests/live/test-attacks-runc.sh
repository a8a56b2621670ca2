#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-attacks-runc.sh BUILD-DIR
#
# Every attack of attacks/cases, done in a container that runc made: its alert tells who did what
# to which, and of which container, whatever the attack did to hide it.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"
# shellcheck source=tests/live/attacks/lib.sh
. "$here/attacks/lib.sh"

# Whatever the host lets us have: the attacks that need rights are those of a privileged container.
# shellcheck disable=SC2016 # of jq
config='.process.capabilities |= map_values($caps) | .linux.maskedPaths = [] | .linux.readonlyPaths = []
	| del(.linux.seccomp) | .linux.resources = {devices: [{allow: true, access: "rwm"}]}
	| .mounts |= map(if .destination == "/dev/shm" then .options -= ["noexec"] else . end)'

# our_caps: the names of the capabilities that we may give, as JSON.
our_caps() {
	capsh --decode="$(sed -n 's/^CapBnd:[ \t]*//p' /proc/self/status)" | sed 's/.*=//' |
		jq -Rc 'split(",") | map(ascii_upcase)'
}

# fill_image: the programs, and what the dynamic one needs.
fill_image() {
	local file
	for file in attacks deed deed32 old32; do
		[ ! -e "$work/$file" ] || rt_file box "/w/$file" <"$work/$file" || return
	done
	rt_file box /w/dynamic </bin/true
	chmod 644 "$rt_dir/b/box/add/w/dynamic"
	for file in $(ldd /bin/true | grep -o '/[^ ]*'); do
		# shellcheck disable=SC2094 # of the same name, but in the image
		rt_file box "$file" <"$file" || return
	done
	rt_file box /usr/bin/prey-rename <"$work/deed"
	attacks_script | rt_file box /run.sh
}

# shellcheck disable=SC2317 # called by attacks/lib.sh
attacks_do() {
	rt_file box /run.sh <"$1" && rt_run runc box
}

live_init "$@"
mkdir "$work/rt"
rt_init "$work/rt"
rt_have runc || skip_all "$rt_why"
command -v capsh >/dev/null || skip_all 'no capsh'
cp "$1/deeds/attacks" "$work/" || exit 1
for file in deed32 old32; do
	[ ! -e "$1/deeds/$file" ] || cp "$1/deeds/$file" "$work/"
done
attacks_init /w /w/attacks runc
rt_bundle box "$(our_caps) as \$caps | $config" -- /bin/sh /run.sh && fill_image || exit 1
attacks_agent || exit 1
rt_run runc box >"$work/log" 2>"$work/err"
attacks_done "$work/log" "$(rt_id runc box)"
stop_agent
ok 'the agent ended with status 0' test "$agent_status" = 0
attacks_judge "$work/log" "$(rt_id runc box)"
live_end
