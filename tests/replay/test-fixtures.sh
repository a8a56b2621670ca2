#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-fixtures.sh BUILD-DIR [--update] -- every NAME.events here, replayed with
# NAME.yaml (or rules/ if there is none), gives exactly the alerts of NAME.expect, twice.
# --update writes the .expect files, to be reviewed in git.
#
# A line "# options: …" in NAME.events gives options of its own to the replay.
# upstream-*.events belong to test-upstream.sh.
set -u
export TZ=UTC # evt.time is local time
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
update=${2:-}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

for events in tests/replay/*.events docs/demo.events; do
	name=tests/replay/$(basename "$events" .events)
	case $name in */upstream-*) continue ;; esac
	rules=$name.yaml
	[ -e "$rules" ] || rules=rules
	read -ra options <<<"$(sed -n 's/^# options: //p' "$events")"
	run=("$agent" replay "$events" --rules "$rules" --output json ${options[@]+"${options[@]}"})
	# A container record that cannot be read would make its processes the host's.
	if ! "${run[@]}" >"$dir/out" 2>"$dir/err" ||
		! grep -q ' 0 malformed, 0 of unknown type' "$dir/err" ||
		! grep -q ' 0 files or records of them not readable' "$dir/err"; then
		echo "not ok - ${name##*/}"
		sed 's/^/# /' "$dir/err"
		status=1
		continue
	fi
	[ "$update" != --update ] || cp "$dir/out" "$name.expect"
	"${run[@]}" >"$dir/again" 2>/dev/null
	if diff -u "$name.expect" "$dir/out" >"$dir/diff" && cmp -s "$dir/out" "$dir/again"; then
		echo "ok - ${name##*/}"
	else
		echo "not ok - ${name##*/}"
		sed 's/^/# /' "$dir/diff"
		status=1
	fi
done
exit $status
