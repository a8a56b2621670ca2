#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-coverage.sh BUILD-DIR -- every enabled rule of rules/ alerts in some fixture that is
# replayed with rules/.
set -u
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
status=0
expects=()

for expect in tests/replay/*.expect; do
	[ -e "${expect%.expect}.yaml" ] || expects+=("$expect")
done
fired=$(jq -r .rule "${expects[@]}" | sort -u) || exit 1
rules=$("$agent" list rules --rules rules --format json | jq -r '.rules[].info.name')
[ -n "$rules" ] || {
	echo "not ok - rules/ has rules"
	exit 1
}
while read -r rule; do
	if grep -qxF -- "$rule" <<<"$fired"; then
		echo "ok - fixture for $rule"
	else
		echo "not ok - fixture for $rule"
		status=1
	fi
done <<<"$rules"
exit $status
