#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-upstream.sh BUILD-DIR -- each rule of upstream Falco fires for its deed in upstream-*.events.
#
# The rule files are not in this repository: BPFWATCH_CORPUS names the folder that has them.
set -u
export TZ=UTC
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
corpus=${BPFWATCH_CORPUS:-../shared/corpus}/falco-rules
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0

if [ ! -e "$corpus/falco_rules.yaml" ]; then
	echo "ok - upstream rules # SKIP no rule files in ${corpus%/*} (BPFWATCH_CORPUS)"
	exit 0
fi

# family NAME RULES...: check one rule file.
family() {
	local name=$1 deed rule
	shift
	local events=tests/replay/upstream-$name.events
	local -a options=(--all-matches --output json)

	for rule; do options+=(--rules "$rule"); done
	sed -n 's/^## //p' "$events" | sort >"$dir/deeds"
	if ! "$agent" replay "$events" "${options[@]}" >"$dir/out" 2>"$dir/err"; then
		echo "not ok - upstream $name rules load"
		sed 's/^/# /' "$dir/err"
		status=1
		return
	fi
	jq -r .rule "$dir/out" | sort -u >"$dir/fired"
	"$agent" list rules --rules "$1" --format json | jq -r '.rules[].info.name' | sort >"$dir/rules"
	while read -r deed; do
		if grep -qxF -- "$deed" "$dir/fired"; then
			echo "ok - upstream $name: $deed"
		else
			echo "not ok - upstream $name: $deed"
			status=1
		fi
	done <"$dir/deeds"
	if comm -23 "$dir/rules" "$dir/deeds" | grep . >"$dir/odd"; then
		echo "not ok - upstream $name: every rule has a deed"
		sed 's/^/# /' "$dir/odd"
		status=1
	else
		echo "ok - upstream $name: every rule has a deed"
	fi
	if comm -13 "$dir/deeds" "$dir/fired" | grep . >"$dir/odd"; then
		echo "not ok - upstream $name: no other rule fires"
		sed 's/^/# /' "$dir/odd"
		status=1
	else
		echo "ok - upstream $name: no other rule fires"
	fi
	echo "# $name: $(wc -l <"$dir/deeds") of $(wc -l <"$dir/rules") rules have a deed"
}

family stable "$corpus/falco_rules.yaml"
family incubating "$corpus/falco-incubating_rules.yaml" tests/replay/upstream-lists.yaml
exit $status
