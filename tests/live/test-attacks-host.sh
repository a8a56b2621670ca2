#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-attacks-host.sh BUILD-DIR
#
# Every attack of attacks/cases, done on the host: its alert tells who did what to which, and
# harmless deeds that look alike give none.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/attacks/lib.sh
. "$here/attacks/lib.sh"

# shellcheck disable=SC2317 # called by the trap
test_cleanup() { rm -f "/tmp/bw$$"-* "/tmp/bw-bw$$"-* "/tmp/bw-code-bw$$"-* "/tmp/bw-quiet-bw$$"-*; }

# Addresses and mounts are those of namespaces of its own.
# shellcheck disable=SC2317 # called by attacks/lib.sh too
attacks_do() { unshare -n -m --propagation private sh "$1"; }

live_init "$@"
cp "$1/deeds/attacks" "$work/" || exit 1
for file in deed32 old32; do
	[ ! -e "$1/deeds/$file" ] || cp "$1/deeds/$file" "$work/"
done
cp /bin/true "$work/dynamic"
chmod 644 "$work/dynamic"
attacks_init "$work" "$work/attacks" host
attacks_script >"$work/run.sh"
attacks_agent || exit 1
attacks_do "$work/run.sh" >"$work/log" 2>"$work/err"
attacks_done "$work/log" host
stop_agent
ok 'the agent ended with status 0' test "$agent_status" = 0
attacks_judge "$work/log" host
live_end
