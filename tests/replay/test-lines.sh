#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-lines.sh BUILD-DIR -- whatever bytes events carry, an alert is one line: of valid JSON, or of
# text without a byte that a terminal obeys; and a file has as many lines in either form.
set -u
export TZ=UTC
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
status=0
# C0 but the newline, DEL, C1, line separators and changes of direction, a byte order mark.
controls='[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf'

# is_clean FILE: valid UTF-8 without controls.
is_clean() {
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null 2>&1 && ! LC_ALL=C grep -qP "$controls" "$1"
}

for events in tests/replay/*.events docs/demo.events; do
	name=tests/replay/$(basename "$events" .events)
	case $name in */upstream-*) continue ;; esac
	rules=$name.yaml
	[ -e "$rules" ] || rules=rules
	for form in json text; do
		"$agent" replay "$events" --rules "$rules" --all-matches --output $form >"$dir/$form" 2>/dev/null
	done
	lines=$(wc -l <"$dir/json")
	if [ "$lines" -gt 0 ] && [ "$lines" = "$(wc -l <"$dir/text")" ] &&
		[ "$lines" = "$(grep -c . "$dir/json")" ] &&
		[ "$lines" = "$(jq -R 'fromjson | select(type == "object") | 1' "$dir/json" | wc -l)" ] &&
		is_clean "$dir/json" && is_clean "$dir/text"; then
		echo "ok - lines of ${name##*/}"
	else
		echo "not ok - lines of ${name##*/}"
		status=1
	fi
done
exit $status
