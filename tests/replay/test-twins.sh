#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-twins.sh BUILD-DIR -- by the rules of rules/, and where the first match answers, every alert that an
# event of NAME.events here has with --twins off it has with twins as well.
set -u
export LC_ALL=C TZ=UTC
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
n_off=0
n_more=0

# alerts EVENTS on|off: times and rules, sorted.
alerts() {
	"$agent" replay "$1" --rules rules --output json --twins "$2" 2>"$dir/err" >"$dir/out" || return 1
	jq -r '.time + " " + .rule' "$dir/out" | sort >"$dir/$2"
}

for events in tests/replay/*.events docs/demo.events; do
	name=$(basename "$events" .events)
	: >"$dir/missing"
	if alerts "$events" on && alerts "$events" off && comm -13 "$dir/on" "$dir/off" >"$dir/missing" &&
		[ ! -s "$dir/missing" ]; then
		n_off=$((n_off + $(wc -l <"$dir/off")))
		n_more=$((n_more + $(comm -23 "$dir/on" "$dir/off" | wc -l)))
		echo "ok - twins hide no alert of $name"
	else
		echo "not ok - twins hide no alert of $name"
		sed 's/^/# /' "$dir/missing" "$dir/err" | head -n 20
		status=1
	fi
done
if [ "$n_off" -gt 100 ] && [ "$n_more" -gt 0 ]; then
	echo "ok - and there are some: $n_off, and $n_more by twins alone"
else
	echo "not ok - there are too few alerts: $n_off, and $n_more by twins alone"
	status=1
fi
exit $status
