#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-replay.sh BUILD-DIR
#
# What was recorded gives the alerts of the live run again, to the byte, as often as one likes and
# without rights.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

deeds() {
	"$deed" mark "replay-$$-host" -- open /etc/shadow r
	"$deed" mark "replay-$$-uid" -- setuid 1000 -- fails EPERM setuid 0
	rt_bundle box -- /bin/sh -c "/deed mark replay-$$-write -- creat /usr/bin/x; /deed spawn /bin/sh -c ': replay-$$-shell'" &&
		rt_file box /deed <"$deed" && rt_run runc box >/dev/null 2>&1
	rt_bundle stays -- sleep 1000 && rt_file stays /deed <"$deed" && rt_start runc stays >/dev/null 2>&1 &&
		rt_exec runc stays /deed mark "replay-$$-exec" -- creat /etc/x
	rt_stop runc stays
}

live_init "$@"
mkdir "$work/rt"
rt_init "$work/rt"
rt_have runc || skip_all "$rt_why"
# A container that is there before the agent: the capture must tell what it is.
rt_bundle old -- sleep 1000
rt_file old /deed <"$deed"
rt_start runc old >/dev/null 2>&1

start_agent live.json --rules "$sentinel_rules" --rules "$repo/rules" --record "$work/live.bw" || exit 1
rt_exec runc old /deed mark "replay-$$-old" -- creat /usr/bin/x
deeds
sentinel live.json
stop_agent
ok 'watch --record ended with status 0' test "$agent_status" = 0
for mark in old host uid write shell exec; do
	has_alert "the live run saw: $mark" "has_mark(\"replay-$$-$mark\")"
done
judge live.json

# As nobody: the capture and the rules are all it needs.
replay() {
	local as=()
	! command -v setpriv >/dev/null || as=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	"${as[@]}" "$agent" replay "$@" --output json 2>>"$work/replay.err"
}
cp -r "$repo/rules" "$work/rules"
cp "$agent" "$work/bpfwatch"
agent=$work/bpfwatch
chmod -R a+rX "$work/rules" "$work/bpfwatch" "$work/live.bw" "$sentinel_rules"
for run in 1 2; do
	replay "$work/live.bw" --rules "$sentinel_rules" --rules "$work/rules" >"$work/replay$run.json"
	ok "replay $run ended with status 0" test $? = 0
done
ok 'two replays are the same' cmp "$work/replay1.json" "$work/replay2.json"
ok 'a replay gives what the live run gave' cmp "$work/live.json" "$work/replay1.json"

# The recorder alone, while somebody else watches: other events around, but the same deeds.
start_agent other.json --rules "$sentinel_rules" --rules "$repo/rules" || exit 1
"$agent" record -o "$work/record.bw" 2>"$work/record.err" &
recorder=$!
wait_for 30 grep -q '^bpfwatch: watching' "$work/record.err"
deeds
rt_stop runc old
sentinel other.json
kill -TERM "$recorder"
wait "$recorder"
ok 'record ended with status 0' test $? = 0
stop_agent
chmod a+r "$work/record.bw"
replay "$work/record.bw" --rules "$sentinel_rules" --rules "$work/rules" >"$work/record.json"
# Each of the two has stamped the event itself.
of_deeds() {
	jq -c "select(.output_fields | tostring | contains(\"replay-$$-\"))
		| [.rule, .priority, (.output_fields | del(.[\"evt.time\"]))]" "$1"
}
of_deeds "$work/other.json" >"$work/other.deeds"
of_deeds "$work/record.json" >"$work/record.deeds"
for mark in host uid write shell exec; do
	ok "a recording holds: $mark" grep -q "replay-$$-$mark" "$work/record.deeds"
done
ok 'and gives the alerts that the other agent gave live' diff "$work/other.deeds" "$work/record.deeds"

# Damage is told, with its place.
# shellcheck disable=SC2317 # called by ok
damage() {
	cp "$work/live.bw" "$work/bad.bw"
	"$@"
	"$agent" replay "$work/bad.bw" --rules "$work/rules" >"$work/bad.json" 2>"$work/bad.err"
	test $? = 1 && grep -q "bad.bw.*[0-9]" "$work/bad.err" && test ! -s "$work/bad.json"
}
size=$(stat -c %s "$work/live.bw")
ok 'a capture cut in the middle of a record is refused' damage truncate -s $((size - 3)) "$work/bad.bw"
ok 'a capture with other bytes in its head is refused' damage dd if=/dev/zero of="$work/bad.bw" bs=1 count=4 conv=notrunc status=none
ok 'a file that is no capture is refused' damage cp /bin/sh "$work/bad.bw"
ok 'an empty file is refused' damage truncate -s 0 "$work/bad.bw"
live_end
