#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-tamper.sh BUILD-DIR
#
# What root does to the agent is seen: signals and the like on the host and from a container, maps
# that are emptied (which is refused), the readers' positions in the rings moved (which loses
# nothing), hooks taken away. And whom a kill hits is told, across pid namespaces. A replay of it
# all gives the same alerts.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

live_init "$@"
build=$(cd "$1" && pwd)
cp "$build/deeds/tamper" "$work/tamper"
mkdir "$work/rt"
rt_init "$work/rt"

# A number that no other sleeper of this machine has.
nap=9$$
cat >"$work/kill.yaml" <<END
- rule: Test Kill
  desc: a kill of one of the sleepers of this test
  condition: evt.type = kill and evt.arg.sig = SIGKILL and evt.target.cmdline contains "$nap"
  output: kill %evt.args %evt.target.pid %evt.target.name %evt.target.cmdline %evt.target.container.id %evt.target.is_agent
  priority: DEBUG
- rule: Test Mark
  desc: one of a numbered series
  condition: evt.type = execve and evt.res = SUCCESS and proc.args startswith "mark series-$nap-"
  output: series %proc.cmdline
  priority: DEBUG
- rule: Test Open
  desc: one of a numbered series
  condition: evt.type = openat and fd.name startswith "/dev/series-$nap-"
  output: open %fd.name
  priority: DEBUG
END

record=$work/all.capture
start_agent out.json --rules "$sentinel_rules" --rules "$work/kill.yaml" --rules "$repo/rules" \
	--record "$record" || exit 1

attacked='.rule == "Agent Attacked" and .output_fields["evt.target.pid"] == '$agent_pid

# --- the agent as a target, by others on the host
for row in signal=kill queue=rt_sigqueueinfo pidfd=pidfd_send_signal procfd=pidfd_send_signal getfd=pidfd_getfd trace=ptrace \
	read=process_vm_readv write=process_vm_writev mem=openat; do
	how=${row%=*}
	ok "has its effect: tamper $how" "$work/tamper" "$how" "$agent_pid"
	has_alert "Agent Attacked: $how" "$attacked and .output_fields[\"evt.type\"] == \"${row#*=}\"
		and .output_fields[\"proc.exepath\"] == \"$work/tamper\"
		and (.output_fields[\"proc.cmdline\"] | contains(\" $how \")) and .output_fields[\"container.id\"] == \"host\""
done
kill -CONT "$agent_pid"
no_alert 'who started it may signal it' "$attacked and .output_fields[\"proc.pid\"] == $$"
sleep "$nap" &
sleeper=$!
"$work/tamper" signal "$sleeper"
ok 'it is traced by its parent: tamper traceme' "$work/tamper" traceme "$agent_pid"
no_alert 'who asks to be traced attacks nobody, whatever number stands there' \
	".rule == \"Agent Attacked\" and (.output_fields[\"proc.cmdline\"] | endswith(\" traceme $agent_pid\"))"
no_alert 'a signal to another process is no attack on it' \
	".rule == \"Agent Attacked\" and (.output_fields[\"proc.cmdline\"] | endswith(\" signal $sleeper\"))"

# --- whom a kill hits
sh -c "kill -9 $sleeper"
{ wait "$sleeper"; } 2>/dev/null
has_alert 'the target of a kill on the host' ".rule == \"Test Kill\" and .output_fields[\"evt.target.pid\"] == $sleeper
	and .output_fields[\"evt.target.name\"] == \"sleep\" and .output_fields[\"evt.target.container.id\"] == \"host\"
	and .output_fields[\"evt.target.is_agent\"] == false"

# shellcheck disable=SC2317 # called by ok
in_container() {
	local outer inner
	rt_bundle box -- sleep "$nap" && rt_start runc box || return
	outer=$(pgrep -f "^sleep $nap\$") || return
	inner=$(sed -n 's/^NSpid:.*\t//p' "/proc/$outer/status")
	[ "$inner" = 1 ] || return
	# The first process of a namespace takes no SIGKILL from within, so another one.
	rt_exec runc box sh -c "sleep $nap$nap & until grep -q sleep /proc/\$!/comm; do :; done; kill -9 \$!"
	has_alert 'the target of a kill in a container' ".rule == \"Test Kill\"
		and .output_fields[\"evt.target.cmdline\"] == \"sleep $nap$nap\" and .output_fields[\"evt.target.pid\"] > 1
		and .output_fields[\"evt.target.container.id\"] == \"$(rt_id runc box)\"
		and .output_fields[\"container.id\"] == \"$(rt_id runc box)\""
	# From the host, into it.
	sh -c "kill -9 $outer"
	has_alert 'the target of a kill from the host' ".rule == \"Test Kill\"
		and .output_fields[\"evt.target.pid\"] == $outer and .output_fields[\"container.id\"] == \"host\"
		and .output_fields[\"evt.target.container.id\"] == \"$(rt_id runc box)\""
	rt_stop runc box
	# With the host's pid namespace a container reaches the agent.
	rt_bundle wide 'del(.linux.namespaces[] | select(.type == "pid"))' -- sh -c "kill -CONT $agent_pid" &&
		rt_run runc wide
	has_alert 'Agent Attacked: from a container' "$attacked and .output_fields[\"container.id\"] == \"$(rt_id runc wide)\""
}
if rt_have runc; then
	ok 'containers did their deeds' in_container
else
	echo "ok - containers # SKIP $rt_why"
fi

# --- its maps
ok 'its maps can be changed by nobody' "$work/tamper" empty "$agent_pid"
has_alert 'Agent Attacked: its maps taken by id' "$attacked and .output_fields[\"evt.type\"] == \"bpf\"
	and (.output_fields[\"evt.args\"] | contains(\"BPF_MAP_GET_FD_BY_ID\"))"

ok 'its maps can be taken by a command with more in its register' "$work/tamper" hidden "$agent_pid"
has_alert 'Agent Attacked: its maps taken by that' "$attacked and .output_fields[\"evt.type\"] == \"bpf\"
	and (.output_fields[\"proc.cmdline\"] | contains(\" hidden \"))
	and (.output_fields[\"evt.args\"] | contains(\"BPF_MAP_GET_FD_BY_ID\"))"

# --- its rings
"$work/tamper" ring "$agent_pid" 4000 &
mover=$!
for i in $(seq 100); do
	"$deed" mark "series-$nap-$i-" -- fails ENOENT openat "/dev/series-$nap-$i-" r
done
ok 'the positions in the rings were moved' wait "$mover"
# shellcheck disable=SC2317 # called by wait_for
is_told() { jq -es "any(.[]; $1)" "$work/out.json" >/dev/null; }
for ring in bw_life bw_activity; do
	ok "Sensor Tampered: $ring" wait_for 5 is_told ".rule == \"Sensor Tampered\" and .priority == \"Critical\"
		and .source == \"internal\" and .output_fields[\"sensor.finding\"] == \"ring_moved\"
		and .output_fields[\"sensor.object\"] == \"$ring\""
done
sentinel out.json
n_lost() {
	local i n=0
	for i in $(seq 100); do
		grep -q "mark series-$nap-$i-.*\"rule\":\"Test Mark\"" "$work/out.json" || n=$((n + 1))
		grep -q "\"fd.name\":\"/dev/series-$nap-$i-\"" "$work/out.json" || n=$((n + 1))
	done
	echo "$n"
}
ok 'of 200 events meanwhile none was lost' test "$(n_lost)" = 0
ok 'it is told on standard error' grep -q "our position in ring 'bw_activity' was written" "$work/out.json.err"
no_alert 'it was not blind' '.rule == "Sensor Blind"'
judge out.json

# --- its hooks
if [ "$(uname -m)" = x86_64 ]; then
	ok 'its hook on calls was taken away' "$work/tamper" unhook "$agent_pid" sys_exit
	ok 'Sensor Tampered: on_sys_exit' wait_for 5 is_told '.rule == "Sensor Tampered"
		and .output_fields["sensor.finding"] == "object" and .output_fields["sensor.object"] == "on_sys_exit"'
	ok 'Sensor Blind' wait_for 15 is_told '.rule == "Sensor Blind" and .output_fields["sensor.object"] == "bw_activity"
		and .output_fields["sensor.since"] != null'
	ok 'blindness is told on standard error' grep -q '^bpfwatch: error: blind: ' "$work/out.json.err"
fi
stop_agent
ok 'the agent ended with status 0' test "$agent_status" = 0
ok 'findings are counted at the end' grep -q 'times something was wrong with the sensor itself' "$work/out.json.err"
ok 'every line is JSON' is_json "$work/out.json"
"$agent" replay "$record" --rules "$sentinel_rules" --rules "$work/kill.yaml" --rules "$repo/rules" \
	--output json >"$work/again.json" 2>"$work/again.err"
ok 'a replay gives the same alerts' cmp "$work/out.json" "$work/again.json"
live_end
