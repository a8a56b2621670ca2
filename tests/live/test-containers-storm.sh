#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-containers-storm.sh BUILD-DIR
#
# Containers that live for a moment, 200 with 60 at a time and others one after the other, by runc
# and by crun: every exec alert has the right id, name and bundle, and memory stays where it was.
# BPFWATCH_ONE_BY_ONE sets how many go one after the other (default 20).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

n_storm=200
n_single=${BPFWATCH_ONE_BY_ONE:-20}
n_at_once=60

live_init "$@"
cat >"$work/rules.yaml" <<'END'
- rule: Short Life
  desc: The only command of a container.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args startswith "bwstorm-"
  output: short %proc.args %proc.is_container_runtime %container.full_id %container.bundle %container.type %container.resolution
  priority: NOTICE
- rule: Unresolved
  desc: Whatever a container runtime does here belongs to somebody.
  condition: evt.type in (execve, execveat, clone, clone3, fork, vfork, openat, capset, connect) and container.resolution = unknown
    and (proc.is_container_runtime = true or proc.aname in (runc, crun))
  output: unresolved %proc.cmdline %container.id
  priority: NOTICE
- rule: Set Up
  desc: A runtime's own program, or the copy of itself that it runs from memory where its file could be written.
  condition: evt.type in (execve, execveat) and evt.res = SUCCESS
    and (proc.exepath endswith "/runc" or proc.exepath endswith "/crun"
         or (proc.is_exe_from_memfd = true and proc.exepath contains "_cloned:"))
  output: copy %proc.exepath %proc.is_container_runtime
  priority: NOTICE
END
mkdir "$work/rt"
rt_init "$work/rt"

# run_many KIND FROM TO AT-ONCE: containers FROM up to TO, each with a bundle of its own.
run_many() {
	local kind=$1 dir=$rt_dir/b/storm-$1 i
	rt_bundle "storm-$kind" ".root = {path: \"$rt_dir/image\", readonly: true}" -- /bin/true @@ || return
	rt_fit "$kind" "storm-$kind" || return
	for ((i = $2; i <= $3; i++)); do
		mkdir -p "$dir/$i" || return
		sed "s,\"@@\",\"bwstorm-$kind-$i-$$\",; s,/storm-$kind\",/storm-$kind-$i\"," \
			"$dir/config.json" >"$dir/$i/config.json" || return
	done
	# shellcheck disable=SC2016 # expanded by the inner shell
	rt_view "$kind" '' sh -c 'seq "$3" "$4" |
		xargs -P "$5" -I@ "$1" run --bundle "$2/@" "$6-@"' sh "${kind%_*}" "$dir" "$2" "$3" "$4" \
		"$(rt_id "$kind" storm)"
}

resident_kib() {
	awk '/^VmRSS/ {print $2}' "/proc/$agent_pid/status"
}

kinds=()
for kind in runc crun_v2; do
	if rt_have "$kind"; then
		kinds+=("$kind")
	else
		echo "ok - $kind # SKIP $rt_why"
	fi
done
[ ${#kinds[@]} -gt 0 ] || exit 0
# What was freed must not count: the address sanitizer keeps it for a while.
export ASAN_OPTIONS=quarantine_size_mb=1:${ASAN_OPTIONS-}
start_agent out.jsonl --rules "$sentinel_rules" --rules "$work/rules.yaml" || exit 1
for kind in "${kinds[@]}"; do
	run_many "$kind" 1 "$n_storm" "$n_at_once" >"$work/log-$kind" 2>&1
	ok "$kind: $n_storm containers ran, $n_at_once at a time" test $? = 0
	[ "$kind" != "${kinds[0]}" ] || first_kib=$(resident_kib)
	run_many "$kind" $((n_storm + 1)) $((n_storm + n_single)) 1 >>"$work/log-$kind" 2>&1
	ok "$kind: $n_single ran one after the other" test $? = 0
done
sentinel out.jsonl
last_kib=$(resident_kib)
stop_agent
for kind in "${kinds[@]}"; do
	# shellcheck disable=SC2016 # of jq
	read -r n_seen n_right n_host < <(jq -rs --arg kind "$kind" --arg id "$(rt_id "$kind" storm)" \
		--arg dir "$rt_dir/b/storm-$kind" --arg type "${kind%_*}" '
		map(select(.rule == "Short Life" and (.output_fields["proc.args"] | startswith("bwstorm-\($kind)-"))))
		| map(.output_fields + {n: (.output_fields["proc.args"] | split("-")[2])})
		| [length,
			(map(select(.["container.full_id"] == "\($id)-\(.n)" and .["container.bundle"] == "\($dir)/\(.n)"
				and .["container.name"] == "\($id)-\(.n)" and .["container.type"] == $type
				and .["container.resolution"] == "known" and .["proc.is_container_runtime"] == false))
				| unique_by(.n) | length),
			(map(select(.["container.id"] == "host")) | length)]
		| @tsv' "$work/out.jsonl")
	echo "# $kind: $n_right of $((n_storm + n_single)) with the right id, name and bundle"
	ok "$kind: every container gave one alert" test "${n_seen:-0}" = $((n_storm + n_single))
	ok "$kind: every alert has the right container" test "${n_right:-0}" = $((n_storm + n_single))
	ok "$kind: none is the host's" test "${n_host:-1}" = 0
done
no_alert 'no runtime at work is unresolved' '.rule == "Unresolved"'
has_alert 'runtimes at work were seen' '.rule == "Set Up" and .output_fields["proc.is_container_runtime"] == true'
no_alert 'and every one is known as a runtime' '.rule == "Set Up" and .output_fields["proc.is_container_runtime"] != true'
judge out.jsonl
echo "# the agent held $first_kib KiB after the first storm and $last_kib KiB at the end"
ok 'memory stays where it was' test "$last_kib" -lt $((first_kib + 8192))
live_end
