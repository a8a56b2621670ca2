#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-verifier.sh BUILD-DIR
#
# No program has grown far beyond what docs/ARCHITECTURE.md says of it.  Kernels count
# differently: half as much again is allowed, and more is a reason to look.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

live_init "$@"
table=$repo/docs/ARCHITECTURE.md
"$agent" doctor --json >"$work/doctor"
# Name and instructions of a program a line.
jq -r '.findings[] | select(.topic == "program") | "\(.name) \(.value)"' "$work/doctor" >"$work/sizes"
# shellcheck disable=SC2016 # backquotes of Markdown
sed -n 's/^| `\(on_[a-z_]*\)` | \([0-9]*\) |$/\1 \2/p' "$table" >"$work/documented"

# sized NAME COUNT
# shellcheck disable=SC2317 # by ok
sized() {
	local documented
	documented=$(awk -v name="$1" '$1 == name { print $2 }' "$work/documented")
	[ -n "$documented" ] && [ "$2" -le $((documented * 3 / 2)) ]
}

# 0: before 5.16 the kernel does not tell.
if ! grep -q ' [1-9]' "$work/sizes"; then
	skip_all 'this kernel does not tell what its verifier went through'
fi
while read -r name count; do
	ok "$name: $count instructions, about as documented" sized "$name" "$count"
done <"$work/sizes"
while read -r name _; do
	ok "$name of the table is a program" grep -q "^$name " "$work/sizes"
done <"$work/documented"
live_end
