#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-burst.sh BUILD-DIR
#
# A burst of 100,000 opens and 2,000 fork and exec: every event is delivered or counted as lost, and
# of processes none is lost.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

n_opens=100000
n_execs=2000

live_init "$@"
# One alert for each event of the deed that was delivered; their lines are counted.
cat >"$work/burst.yaml" <<EOR
- rule: Open
  desc: An open of the burst.
  condition: evt.type = openat and fd.name = $work/burst-$$
  output: open
  priority: DEBUG
- rule: Exec
  desc: An exec of the burst.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args = "mark burst-$$"
  output: exec
  priority: DEBUG
- rule: Fork
  desc: A fork of the burst, seen in the child.
  condition: evt.type in (clone, clone3, fork, vfork) and proc.args startswith "mark forks-$$ "
  output: "fork %evt.type %evt.rawres"
  priority: DEBUG
- rule: Exit
  desc: The end of a process of the burst.
  condition: evt.type = procexit and proc.args = "mark burst-$$"
  output: exit
  priority: DEBUG
EOR
touch "$work/burst-$$"
start_agent out.json --rules "$sentinel_rules" --rules "$work/burst.yaml" || exit 1
# Side by side, so that each is the other's noise.
"$deed" burst-opens $n_opens "$work/burst-$$" &
opens=$!
"$deed" mark "forks-$$" -- burst-execs $n_execs "$deed" mark "burst-$$"
ok "$n_execs fork and exec were made" test $? = 0
wait "$opens"
ok "$n_opens opens were made" test $? = 0
sentinel out.json
stop_agent
ok 'the agent ended with status 0' test "$agent_status" = 0

summary=$work/out.json.err
counter() { sed -n "s/^bpfwatch: $1: .* \([0-9]\{1,\}\) $2.*/\1/p" "$summary"; }
seen() { grep -c "\"rule\":\"$1\"" "$work/out.json"; }

# The deed is not alone on the machine: what was lost may be somebody else's event, so delivered
# and lost are at least what was made, and without a loss delivered is exactly that.
life_lost=$(counter 'life lane' lost)
activity_lost=$(counter 'activity lane' lost)
echo "# activity lane lost ${activity_lost:-?}, life lane lost ${life_lost:-?}"
ok 'the life lane lost nothing' test "${life_lost:-1}" = 0
ok 'every exec was delivered' test "$(seen Exec)" = $n_execs
ok 'every exit was delivered' test "$(seen Exit)" = $n_execs
ok 'every fork was delivered' test "$(seen Fork)" -ge $n_execs
n=$(seen Open)
echo "# $n of $n_opens opens were delivered"
ok 'no open was delivered twice' test "$n" -le $n_opens
ok 'every open was delivered or counted as lost' test $((n + ${activity_lost:-0})) -ge $n_opens
ok 'an open is lost only when a loss is counted' test "$n" = $n_opens -o "${activity_lost:-0}" -gt 0
live_end
