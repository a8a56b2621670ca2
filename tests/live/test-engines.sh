#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-engines.sh BUILD-DIR
#
# Podman, containerd (plain and CRI) and docker: a command in a container of each gives an alert
# with the container's id and what the engine's files tell of it; also where the container was
# there before the agent.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

# The jq filter that the alert of KIND must satisfy, beyond its id.
expected() {
	local image='.output_fields["container.image.repository"] == "docker.io/library/bwbox"
		and .output_fields["container.image.tag"] == "1.35"'

	case $1 in
	podman) echo ".output_fields[\"container.type\"] == \"podman\" and $image" ;;
	docker) echo '.output_fields["container.type"] == "docker" and .output_fields["container.image.tag"] == "1.35"
		and (.output_fields["container.image.repository"] | endswith("bwbox"))' ;;
	ctr) echo '.output_fields["container.type"] == "containerd"' ;;
	cri) echo ".output_fields[\"container.type\"] == \"containerd\" and $image
		and (.output_fields[\"k8s.pod.name\"] | type) == \"string\"
		and (.output_fields[\"k8s.ns.name\"] | type) == \"string\"" ;;
	esac
}

live_init "$@"
cat >"$work/rules.yaml" <<'END'
- rule: Marked Command
  desc: A command of this test.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args contains "bwmark-"
  output: >
    marked %proc.cmdline id=%container.full_id type=%container.type privileged=%container.privileged
    parent=%proc.pname
  priority: NOTICE
END
mkdir "$work/rt"
rt_init "$work/rt"
kinds=()
for kind in podman ctr docker cri; do
	if rt_have "$kind"; then
		kinds+=("$kind")
	else
		echo "ok - $kind # SKIP $rt_why"
	fi
done
[ ${#kinds[@]} -gt 0 ] || exit 0

start_agent before.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
declare -A id
for kind in "${kinds[@]}"; do
	rt_bundle "eng-$kind" -- /bin/sh -c ": bwmark-first-$kind; sleep 300"
	rt_start "$kind" "eng-$kind" >"$work/log-$kind" 2>&1
	ok "$kind: a container runs" test $? = 0
	id[$kind]=$(rt_id "$kind" "eng-$kind" 2>/dev/null)
	rt_exec "$kind" "eng-$kind" /bin/sh -c ": bwmark-exec-$kind" >>"$work/log-$kind" 2>&1
	ok "$kind: a command runs in it" test $? = 0
done
sentinel before.jsonl
for kind in "${kinds[@]}"; do
	for which in first exec; do
		has_alert "$kind: the $which command" "has_mark(\"bwmark-$which-$kind\")
			and .output_fields[\"proc.cmdline\"] == (\"sh -c : bwmark-$which-$kind\" + (if \"$which\" == \"first\" then \"; sleep 300\" else \"\" end))
			and .output_fields[\"container.full_id\"] == \"${id[$kind]}\" and ($(expected "$kind"))"
	done
	no_alert "$kind: no command in it is the host's" "has_mark(\"-$kind\") and (.output_fields[\"proc.cmdline\"] | startswith(\"sh -c : bwmark\"))
		and .output_fields[\"container.id\"] == \"host\""
done
judge before.jsonl
stop_agent

start_agent after.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
for kind in "${kinds[@]}"; do
	rt_exec "$kind" "eng-$kind" /bin/sh -c ": bwmark-later-$kind" >>"$work/log-$kind" 2>&1
done
sentinel after.jsonl
for kind in "${kinds[@]}"; do
	has_alert "$kind: known to an agent that came later" "has_mark(\"bwmark-later-$kind\")
		and .output_fields[\"container.full_id\"] == \"${id[$kind]}\" and ($(expected "$kind"))"
done
judge after.jsonl
stop_agent
ok 'every line is JSON' is_json "$work/before.jsonl"
for kind in "${kinds[@]}"; do
	rt_stop "$kind" "eng-$kind" >/dev/null 2>&1
done
live_end
