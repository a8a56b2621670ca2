#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-containers-identity.sh BUILD-DIR
#
# A container that may write the cgroup file system nests and renames cgroups, in v2 and v1, with
# the id of another container in their names, and one that enters namespaces alone: each keeps
# its identity, for the agent that watched and for one that came later.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

victim=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

live_init "$@"
mkdir "$work/rt"
rt_init "$work/rt"
rt_have runc || skip_all "$rt_why"
v2=/sys/fs/cgroup/unified
[ -e "$v2/cgroup.procs" ] || v2=/sys/fs/cgroup
v1=/sys/fs/cgroup/memory
[ -e "$v1/cgroup.procs" ] || v1=
cat >"$work/rules.yaml" <<'END'
- rule: Marked Command
  desc: A command of this test.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args contains "bwmark-"
  output: marked %proc.cmdline %container.full_id %container.name %container.type %container.resolution %container.pids_limit
  priority: NOTICE
END

# The container that others are taken for, if its name counted.
rt_bundle victim ".linux.cgroupsPath = \"/$rt_tag/docker-$victim.scope\"" -- /bin/sh -c ': bwmark-victim; sleep 300'
# shellcheck disable=SC2016 # expanded by the container's shell
script='
nest() {
	mkdir -p "$1" && echo $$ >"$1/cgroup.procs" && /bin/sh -c ": bwmark-$2"
	echo $$ >"${1%/*}/cgroup.procs"
}
own=@tag@/forger
nest /cg2/$own/docker-@victim@.scope nested2
nest /cg2/$own/crio-@victim@ nested2b
if [ -e /cg1/cgroup.procs ]; then
	nest /cg1/$own/docker-@victim@.scope nested1
	mkdir /cg1/$own/plain && echo $$ >/cg1/$own/plain/cgroup.procs
	mv /cg1/$own/plain /cg1/$own/libpod-@victim@ && /bin/sh -c ": bwmark-renamed"
fi
echo $$ >/cg2/$own/docker-@victim@.scope/cgroup.procs
exec /bin/sh -c ": bwmark-all; while sleep 0.2; do /bin/sh -c \": bwmark-going-on\"; done"
'
script=${script//@victim@/$victim}
script=${script//@tag@/$rt_tag}
rt_bundle forger "
	.mounts += [{destination: \"/cg2\", type: \"bind\", source: \"$v2\", options: [\"bind\", \"rw\"]}]
	| if \"$v1\" != \"\" then .mounts += [{destination: \"/cg1\", type: \"bind\", source: \"$v1\", options: [\"bind\", \"rw\"]}] else . end
	| del(.linux.namespaces[] | select(.type == \"cgroup\"))" -- /bin/sh -c "$script"
start_agent before.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
rt_start runc victim >"$work/log-victim" 2>&1
ok 'the other container runs' test $? = 0
rt_start runc forger >"$work/log-forger" 2>&1
ok 'the container that forges names runs' test $? = 0
# shellcheck disable=SC2317 # called by wait_for
forged_seen() { grep -q '"sh -c : bwmark-going-on"' "$work/$1"; }
ok 'all its deeds are done' wait_for 20 forged_seen before.jsonl
forger_pid=$(rt_view runc '' runc state "$(rt_id runc forger)" | jq .pid)
nsenter -t "$forger_pid" -p -m -- /bin/sh -c ': bwmark-entered'
ok 'a command enters its namespaces alone' test $? = 0
sentinel before.jsonl
forger=$(rt_id runc forger)
marks='nested2 nested2b all going-on entered'
[ -z "$v1" ] || marks+=' nested1 renamed'
for mark in $marks; do
	has_alert "$mark: keeps its identity" "(.output_fields[\"proc.cmdline\"] | strings | test(\"^sh -c : bwmark-$mark(;|$)\"))
		and .output_fields[\"container.full_id\"] == \"$forger\" and .output_fields[\"container.type\"] == \"runc\""
	no_alert "$mark: is nobody else" "(.output_fields[\"proc.cmdline\"] | strings | test(\"^sh -c : bwmark-$mark(;|$)\"))
		and .output_fields[\"container.full_id\"] != \"$forger\""
done
has_alert 'the other one has its own id, not that of its cgroup' "(.output_fields[\"proc.cmdline\"] | strings | startswith(\"sh -c : bwmark-victim\"))
	and .output_fields[\"container.full_id\"] == \"$(rt_id runc victim)\""
judge before.jsonl
stop_agent

start_agent after.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
ok 'an agent that came later sees it' wait_for 20 forged_seen after.jsonl
rt_exec runc forger /bin/sh -c ': bwmark-sent' >>"$work/log-forger" 2>&1
rt_exec runc victim /bin/sh -c ': bwmark-other' >>"$work/log-victim" 2>&1
nsenter -t "$forger_pid" -p -m -- /bin/sh -c ': bwmark-entered'
sentinel after.jsonl
for mark in going-on sent entered; do
	has_alert "later, $mark: keeps its identity" "(.output_fields[\"proc.cmdline\"] | strings | test(\"^sh -c : bwmark-$mark(;|$)\"))
		and .output_fields[\"container.full_id\"] == \"$forger\""
	no_alert "later, $mark: is nobody else" "(.output_fields[\"proc.cmdline\"] | strings | test(\"^sh -c : bwmark-$mark(;|$)\"))
		and .output_fields[\"container.full_id\"] != \"$forger\""
done
has_alert 'later, the other one has its own' "(.output_fields[\"proc.cmdline\"] | strings | test(\"^sh -c : bwmark-other$\"))
	and .output_fields[\"container.full_id\"] == \"$(rt_id runc victim)\""
judge after.jsonl
stop_agent
rt_stop runc forger >/dev/null 2>&1
rt_stop runc victim >/dev/null 2>&1
live_end
