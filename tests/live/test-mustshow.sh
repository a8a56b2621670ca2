#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-mustshow.sh BUILD-DIR
#
# The agent as an operator runs it: `bpfwatch --rules rules/ > alerts.jsonl`, and a container that
# starts a shell, writes where it should not, connects and wants to be root.  Each deed gives an
# alert that says who did what to which.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

script='
ip link set lo up
ip addr add 203.0.113.7/32 dev lo
ip -6 addr add 2001:db8::7/128 dev lo
/app spawn /bin/sh -c "id; : @@-shell"
/app mark @@-write -- creat /usr/bin/@@-write
/app mark @@-rofs -- fails EROFS open /ro/@@-rofs wc
/app mark @@-four -- fails ECONNREFUSED connect 203.0.113.7 4711
/app mark @@-six -- fails ECONNREFUSED connect 2001:db8::7 4711
/app mark @@-refused -- setuid 1000 -- fails EPERM setuid 0
/app mark @@-allowed -- keepcaps -- setuid 1000 -- capset 7 -- setuid 0
/app orphan /bin/touch /usr/bin/@@-orphan
echo all was done
'

# The same on a read-only root: nothing but the write is possible there.
script_ro='/app mark @@-roroot -- fails EROFS creat /usr/bin/@@-roroot && echo all was done'

run_kind() {
	local kind=$1
	rt_bundle box '.process.capabilities |= map_values(. + ["CAP_NET_ADMIN"])
		| .mounts += [{destination: "/ro", type: "tmpfs", source: "tmpfs", options: ["ro"]}]' \
		-- /bin/sh -c "${script//@@/$kind}" &&
		rt_file box /app <"$deed" &&
		rt_run "$kind" box >"$work/log-$kind" 2>&1 &&
		rt_bundle robox '.root.readonly = true' -- /bin/sh -c "${script_ro//@@/$kind}" &&
		rt_file robox /app <"$deed" &&
		rt_run "$kind" robox >>"$work/log-$kind" 2>&1
	ok "$kind: all deeds were done" test "$(grep -c 'all was done' "$work/log-$kind")" = 2
}

# deed NAME FILTER: an alert about /app, done by the right process of the right container.
deed_alert() {
	has_alert "$kind: $1" "has_mark(\"$kind-$1\") and ($2)
		and .output_fields[\"container.id\"] == \"$id\"
		and .output_fields[\"container.name\"] == \"$id\"
		and (.output_fields[\"proc.cmdline\"] | startswith(\"app mark $kind-$1\"))
		and .output_fields[\"proc.exepath\"] == \"/app\"
		and .output_fields[\"proc.pname\"] == \"sh\"
		and (.output_fields[\"proc.aname\"] | test(\"^sh $runtime \"))"
}

ask_kind() {
	# crun runs a copy of itself in memory where its own file could be written.
	# A runtime that runs a copy of itself by its descriptor is called by that number before 6.1.
	local kind=$1 id runtime="(${1%_*}|memfd:${1%_*}_clon|[0-9]+)"
	id=$(rt_id "$kind" box)
	has_alert "$kind: shell that started the container" "(.rule | startswith(\"Shell \"))
		and (.output_fields[\"proc.cmdline\"] | startswith(\"sh -c \"))
		and .output_fields[\"container.id\"] == \"$id\" and (.output_fields[\"proc.pname\"] | test(\"^$runtime$\"))"
	has_alert "$kind: sh -c id" ".output_fields[\"proc.cmdline\"] == \"sh -c id; : $kind-shell\"
		and .rule == \"Shell Spawned in Container\" and .output_fields[\"container.id\"] == \"$id\"
		and .output_fields[\"proc.pname\"] == \"app\" and (.output_fields[\"proc.aname\"] | test(\"^app sh $runtime \"))"
	deed_alert write ".output_fields[\"fd.name\"] == \"/usr/bin/$kind-write\" and .output_fields[\"user.uid\"] == 0"
	deed_alert rofs ".output_fields[\"fd.name\"] == \"/ro/$kind-rofs\" and .output_fields[\"evt.res\"] == \"EROFS\""
	deed_alert four '.output_fields["fd.sip"] == "203.0.113.7" and .output_fields["fd.sport"] == 4711
		and (.output_fields["fd.name"] | endswith("->203.0.113.7:4711"))'
	deed_alert six '.output_fields["fd.sip"] == "2001:db8::7" and .output_fields["fd.sport"] == 4711'
	deed_alert refused '.output_fields["evt.type"] == "setuid" and .output_fields["evt.res"] == "EPERM"
		and .output_fields["user.uid"] == 1000'
	deed_alert allowed '.rule == "Root Gained Without Setuid Program" and .output_fields["evt.type"] == "setuid"
		and .output_fields["cred.before.uid"] == 1000 and .output_fields["cred.euid"] == 0'
	has_alert "$kind: the ancestors of an orphan" "has_mark(\"$kind-orphan\")
		and .output_fields[\"fd.name\"] == \"/usr/bin/$kind-orphan\" and .output_fields[\"container.id\"] == \"$id\"
		and (.output_fields[\"proc.aname\"] | test(\"^app app app sh $runtime \"))"
	id=$(rt_id "$kind" robox)
	deed_alert roroot ".output_fields[\"fd.name\"] == \"/usr/bin/$kind-roroot\" and .output_fields[\"evt.res\"] == \"EROFS\""
	no_alert "$kind: nothing is taken for the host" "has_mark(\"$kind-\") and .output_fields[\"container.id\"] == \"host\""
}

live_init "$@"
mkdir "$work/rt"
rt_init "$work/rt"
rt_have runc || skip_all "$rt_why"
start_agent alerts.jsonl --rules "$repo/rules" --rules "$sentinel_rules" || exit 1
ran=()
for kind in runc crun_v2 runc_v1; do
	if rt_have "$kind"; then
		run_kind "$kind"
		ran+=("$kind")
	else
		echo "ok - $kind # SKIP $rt_why"
	fi
done
sentinel alerts.jsonl
stop_agent
ok 'the agent ended with status 0' test "$agent_status" = 0
ok 'every line is JSON' is_json "$work/alerts.jsonl"
for kind in "${ran[@]}"; do
	ask_kind "$kind"
done
judge alerts.jsonl
live_end
