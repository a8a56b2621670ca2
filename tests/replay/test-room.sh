#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-room.sh BUILD-DIR -- however many terms ask for the other names of long paths, the last rule
# still sees them; where an event needs more memory than it may have, the summary tells.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

part=$(printf '%200s' '' | tr ' ' d)
long=$(printf "$part/%.0s" {1..18})x
cat >"$dir/long.events" <<EOR
proc tgid=1 path=/sbin/init comm=init
open tgid=1 comm=init call=openat path=/usr/bin/$long given=/proc/self/task/1/$long
EOR

# rules COUNT TERM: so many rules with a term of their own, N in it, and one that matches.
rules() {
	for ((n = 0; n < $1; n++)); do
		echo "- {rule: R$n, desc: d, output: o, priority: INFO, condition: 'evt.type = openat and ${2//N/$n}'}"
	done
	echo "- {rule: Last, desc: d, output: o, priority: INFO, condition: 'evt.type = openat
		and fd.directory startswith /bin/d and evt.arg.name startswith /usr/bin/d'}"
}

# replays DESC RULE COUNT: that rule alerts alone, or none if empty; the warning is there COUNT times.
replays() {
	local desc=$1 want=$2 count=$3 bad=0
	"$agent" replay "$dir/long.events" --rules "$dir/rules.yaml" >"$dir/out" 2>"$dir/err" || bad=1
	[ "$(jq -r .rule "$dir/out" | paste -sd' ')" = "$want" ] || bad=1
	[ "$(grep -c 'filled their memory' "$dir/err")" = "$count" ] || bad=1
	[ $bad = 0 ] && echo "ok - $desc" && return
	echo "not ok - $desc"
	failed=1
	sed 's/^/# /' "$dir/out" "$dir/err" | cut -c1-200 | head -n 20
}

rules 1000 'evt.arg.name = /N' >"$dir/rules.yaml"
replays 'a thousand terms share the names of one argument' Last 0
rules 1000 'fd.name = /N' >"$dir/rules.yaml"
replays 'a thousand terms share the names of one file' Last 0
rules 3000 'toupper(evt.args) contains xN' >"$dir/rules.yaml"
replays 'an event that fills its memory is counted' '' 1
exit $failed
