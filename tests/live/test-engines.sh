#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-engines.sh BUILD-DIR
#
# Every engine there is: the first command of a container and one that was sent into it give an
# alert with the container's id and all that the engine's files and the kernel tell of it; also
# where the container was there before the agent; and `bpfwatch ps` shows them all.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

all_kinds='runc runc_v2 runc_v1 crun_v2 crun_v1 lxc nspawn podman podman_rootless ctr cri docker'

# is FIELD VALUE: a jq condition on a field of an alert; the value is JSON.
is() {
	printf ' and .output_fields["%s"] == %s' "$1" "$2"
}

# has FIELD TEXT: the field holds the text.
has() {
	printf ' and (.output_fields["%s"] | strings | contains("%s"))' "$1" "$2"
}

image_facts() {
	is container.image.repository '"docker.io/library/bwbox"'
	is container.image.tag '"1.35"'
}

# Of the image's configuration, as it lies in the file that was loaded.
has_image_id() {
	is container.image.id "\"$(tar -xOf "$rt_dir/box.tar" ./manifest.json | jq -r '.[0].Config | ltrimstr("blobs/sha256/")')\""
}

has_digest() {
	printf ' and (.output_fields["container.image.digest"] | strings | test("^sha256:[0-9a-f]{64}$"))'
}

# What all of them know; the start is from when this test ran.
common_facts() {
	is container.resolution '"known"'
	is container.is_sandbox false
	is container.host_pid false
	is container.host_ipc false
	is proc.is_container_runtime false
	printf ' and (.output_fields["container.start_ts"] / 1000000000 | . > %s and . < %s)' \
		$((started - 2)) $(($(date +%s) + 2))
	printf ' and .output_fields["container.duration"] > 0'
	printf ' and (.output_fields["container.caps"] | strings | contains("CAP_CHOWN"))'
}

# The jq conditions that the alert of KIND must satisfy, beyond its id.
expected() {
	common_facts
	case $1 in
	runc* | crun*)
		is container.type "\"${1%_*}\""
		is container.bundle "\"$rt_dir/b/eng-$1\""
		is container.name "\"${id[$1]}\""
		is container.privileged false
		is container.readonly_rootfs true
		is container.no_new_privs true
		is container.user '"1000:1000"'
		is container.seccomp '"disabled"'
		is container.mounts "\"$work/data:/data:bind,ro:false:\""
		is 'container.mount.source[/data]' "\"$work/data\""
		has container.dangers no_seccomp
		has container.labels team:red
		# crun exec is root's unless it is told otherwise.
		[ "${1%_*}" = crun ] || is user.name '"app"'
		;;
	lxc)
		is container.type '"lxc"'
		is container.name "\"${id[$1]}\""
		is container.readonly_rootfs false
		is 'container.mount.source[/srv]' "\"$rt_dir/image/tmp\""
		is container.host_network false
		is user.name '"root"'
		;;
	nspawn)
		is container.type '"systemd-nspawn"'
		is container.name "\"${id[$1]}\""
		is container.host_network false
		is container.seccomp '"filter"'
		is container.privileged false
		has container.caps CAP_SYS_ADMIN
		has container.dangers cap:SYS_ADMIN
		is container.mounts "\"$work/data:/data:rbind,ro:false:\""
		is user.name '"root"'
		;;
	podman*)
		[ "$1" != podman ] || { in_net 10.88.76. && cni_facts; }
		is container.type '"podman"'
		is container.name "\"$rt_tag-eng-$1\""
		is container.is_rootless "$([ "$1" = podman ] && echo false || echo true)"
		is container.privileged false
		is container.seccomp '"filter"'
		has container.labels team:red
		has_image_id
		image_facts
		has_digest
		;;
	ctr)
		in_net 10.88.77.
		cni_facts
		is container.type '"containerd"'
		is container.name "\"${id[$1]}\""
		is container.privileged false
		has container.labels team:red
		image_facts
		has_image_id
		has_digest
		;;
	cri)
		is container.type '"containerd"'
		is container.name '"app"'
		is container.privileged false
		is k8s.container.name '"app"'
		is k8s.pod.name "\"$rt_tag-eng-cri\""
		is k8s.ns.name '"bw-pods"'
		has k8s.pod.uid 00000000-1111
		is 'k8s.pod.label[app]' "\"bw-$rt_tag-eng-cri\""
		has k8s.pod.labels "app:bw-$rt_tag-eng-cri"
		is k8s.pod.full_sandbox_id "\"$(sed -n 's/^sandbox //p' "$rt_dir/run/cri-eng-cri.both")\""
		has k8s.pod.ip 10.88.77.
		in_net 10.88.77.
		cni_facts
		has k8s.pod.cni.json eth0
		is container.host_network false
		image_facts
		has_image_id
		has_digest
		;;
	docker)
		in_net 10.88.75.
		is container.type '"docker"'
		is container.name "\"$rt_tag-eng-docker\""
		is container.privileged false
		is container.readonly_rootfs true
		is container.no_new_privs true
		is container.seccomp '"filter"'
		is container.pids_limit 50
		is container.memory_limit 67108864
		is container.user '"app"'
		is 'container.mount.source[/data]' "\"$work/data\""
		is 'container.mount.rdwr[0]' '"false"'
		has container.labels team:red
		has container.image.repository bwbox
		is container.image.tag '"1.35"'
		has_image_id
		;;
	esac
}

# in_net PREFIX: the address is of that network, and is the one that the plugins answered.
in_net() {
	printf ' and (.output_fields["container.ip"] | strings | startswith("%s"))' "$1"
}

cni_facts() {
	# shellcheck disable=SC2016 # of jq
	printf '%s' ' and (.output_fields | (."container.ip" as $ip | ."container.cni.json" | strings
		| fromjson | .eth0 | tostring | contains($ip)))'
}

# More options for KIND than the defaults.
options_of() {
	RT_OPTS=()
	case $1 in
	podman) RT_OPTS=(--label team=red --network bw-pm) ;;
	nspawn) RT_OPTS=("--bind-ro=$work/data:/data") ;;
	podman_rootless) RT_OPTS=(--label team=red) ;;
	ctr) RT_OPTS=(--label team=red --cni) ;;
	docker) RT_OPTS=(--label team=red --read-only --user app --pids-limit 50 --memory 64m
		--security-opt no-new-privileges -v "$work/data:/data:ro") ;;
	esac
}

filter='.root = {path: "rootfs", readonly: true} | .process.user = {uid: 1000, gid: 1000}
	| .process.noNewPrivileges = true | .annotations = {team: "red"}'

live_init "$@"
started=$(date +%s)
cat >"$work/rules.yaml" <<'END'
- rule: Marked Command
  desc: A command of this test.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args contains "bwmark-"
  output: >
    marked %proc.cmdline %user.name rt=%proc.is_container_runtime parent=%proc.pname
    %container.full_id %container.type %container.bundle %container.resolution %container.privileged
    %container.image %container.image.digest %container.image.id %container.labels %container.mounts
    %container.mount.source[/data] %container.mount.rdwr[0] %container.mount.source[/srv]
    %container.start_ts %container.duration %container.user %container.dangers %container.caps
    %container.seccomp %container.no_new_privs %container.readonly_rootfs %container.is_rootless
    %container.is_sandbox %container.host_pid %container.host_network %container.host_ipc
    %container.memory_limit %container.pids_limit
    %k8s.container.name %k8s.pod.uid %k8s.pod.label[app] %k8s.pod.labels %k8s.pod.ip
    %container.ip %container.cni.json %k8s.pod.cni.json
    %k8s.pod.full_sandbox_id
  priority: NOTICE
- rule: Pause
  desc: The sandbox of a pod.
  condition: evt.type = execve and evt.res = SUCCESS and container.is_sandbox = true
    and not proc.is_container_runtime = true
  output: pause %proc.cmdline %container.full_id %k8s.pod.label[app] %k8s.pod.uid
  priority: NOTICE
END
mkdir "$work/rt" "$work/data"
chmod 711 "$work"
rt_init "$work/rt"
kinds=()
for kind in ${BPFWATCH_KINDS:-$all_kinds}; do
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
	options_of "$kind"
	rt_bundle "eng-$kind" "$filter | .mounts += [{destination: \"/data\", type: \"bind\",
		source: \"$work/data\", options: [\"bind\", \"ro\"]}]" -- /bin/sh -c ": bwmark-first-$kind; sleep 300"
	rt_start "$kind" "eng-$kind" >"$work/log-$kind" 2>&1
	ok "$kind: a container runs" test $? = 0
	id[$kind]=$(rt_id "$kind" "eng-$kind" 2>/dev/null)
	rt_exec "$kind" "eng-$kind" /bin/sh -c ": bwmark-exec-$kind" >>"$work/log-$kind" 2>&1
	ok "$kind: a command runs in it" test $? = 0
done
RT_OPTS=(--privileged)
privileged=()
for kind in podman docker ctr; do
	case " ${kinds[*]} " in *" $kind "*) ;; *) continue ;; esac
	rt_bundle "priv-$kind" -- /bin/sh -c ": bwmark-priv-$kind; exit 0"
	rt_run "$kind" "priv-$kind" >"$work/log-priv-$kind" 2>&1
	ok "$kind: a privileged container runs" test $? = 0
	privileged+=("$kind")
done
sentinel before.jsonl
for kind in "${kinds[@]}"; do
	facts=$(expected "$kind")
	for which in first exec; do
		has_alert "$kind: the $which command" "has_mark(\"bwmark-$which-$kind\")
			and (.output_fields[\"proc.cmdline\"] | test(\"^sh -c : bwmark-$which-$kind(; sleep 300)?\$\"))
			and .output_fields[\"container.full_id\"] == \"${id[$kind]}\" $facts"
	done
done
for kind in "${privileged[@]}"; do
	has_alert "$kind: privileged, by its files and by the kernel" "has_mark(\"bwmark-priv-$kind\")
		and (.output_fields[\"proc.cmdline\"] | startswith(\"sh -c : bwmark\"))
		$(is container.privileged true) $(is container.seccomp '"disabled"') $(has container.caps CAP_SYS_MODULE)
		$(has container.dangers privileged)"
done
if [ -n "${id[cri]-}" ]; then
	has_alert 'cri: its pause container is told apart' ".rule == \"Pause\"
		$(is k8s.pod.name "\"$rt_tag-eng-cri\"") $(is 'k8s.pod.label[app]' "\"bw-$rt_tag-eng-cri\"")
		$(is container.full_id "\"$(sed -n 's/^sandbox //p' "$rt_dir/run/cri-eng-cri.both")\"")"
fi
no_alert 'no command in a container is the host'"'"'s' '(.output_fields["proc.cmdline"] | strings | startswith("sh -c : bwmark"))
	and .output_fields["container.id"] == "host"'
no_alert 'no container is unresolved' '.container_resolution != null and has_mark("bwmark-")'
judge before.jsonl
stop_agent

start_agent after.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
for kind in "${kinds[@]}"; do
	rt_exec "$kind" "eng-$kind" /bin/sh -c ": bwmark-later-$kind" >>"$work/log-$kind" 2>&1
done
sentinel after.jsonl
for kind in "${kinds[@]}"; do
	has_alert "$kind: known to an agent that came later" "has_mark(\"bwmark-later-$kind\")
		and .output_fields[\"container.full_id\"] == \"${id[$kind]}\" $(expected "$kind")"
done
no_alert 'nothing is unresolved after a restart' '.container_resolution != null and has_mark("bwmark-")'
no_alert 'nothing is the host'"'"'s after a restart' '(.output_fields["proc.cmdline"] | strings | startswith("sh -c : bwmark"))
	and .output_fields["container.id"] == "host"'
judge after.jsonl
stop_agent
ok 'every line is JSON' is_json "$work/before.jsonl"

# What a starting agent does before it hands out the first event is all that ps does.
before=$(date +%s%N)
"$agent" ps --json >"$work/ps.json"
ok 'ps ends well' test $? = 0
took=$((($(date +%s%N) - before) / 1000000))
echo "# ${#kinds[@]} containers were found in $took ms"
ok 'all containers are found within a second' test "$took" -lt 1000
"$agent" ps >"$work/ps.txt"
for kind in "${kinds[@]}"; do
	# shellcheck disable=SC2016 # of jq
	ok "$kind: ps shows it" jq -e --arg id "${id[$kind]}" \
		'.containers | any(.[]; .full_id == $id and .pid > 1 and (.dangers | type) == "array")' "$work/ps.json"
	ok "$kind: it has a line" grep -qF "${id[$kind]:0:12}" "$work/ps.txt"
done
for kind in "${kinds[@]}"; do
	rt_stop "$kind" "eng-$kind" >/dev/null 2>&1
done
"$agent" ps --json >"$work/ps.json"
for kind in "${kinds[@]}"; do
	# shellcheck disable=SC2016 # of jq
	ok "$kind: ps forgets it" jq -e --arg id "${id[$kind]}" '.containers | all(.[]; .full_id != $id)' "$work/ps.json"
done
live_end
