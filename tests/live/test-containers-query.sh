#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-containers-query.sh BUILD-DIR
#
# What dockerd alone knows: the registry's digest of an image, taken from the file in which it kept
# that before.  Without --query-runtimes nobody asks; with it later alerts have it, also those of a
# replay; a daemon that does not answer costs nothing but its limit of time.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

live_init "$@"
rt_have docker || skip_all "$rt_why"
for tool in python3 curl; do
	command -v "$tool" >/dev/null || skip_all "no $tool"
done
digest=sha256:$(printf c%.0s {1..64})
cat >"$work/rules.yaml" <<'END'
- rule: Marked Command
  desc: A command of this test.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args contains "bwmark-"
  output: marked %proc.cmdline %container.full_id %container.resolution %container.image.digest %container.image.id
  priority: NOTICE
END
mkdir "$work/rt"
chmod 711 "$work"
rt_init "$work/rt"
silent_pid=

# shellcheck disable=SC2317 # called by live_cleanup
test_cleanup() { kill ${silent_pid:+"$silent_pid"} 2>/dev/null; }

# alerts_with OUT VALUE: those of the container whose digest is that, as JSON.
alerts_with() {
	alerts "$1" '.output_fields["proc.cmdline"] == "sh -c : bwmark-again"
		and .output_fields["container.image.digest"] == '"$2"
}

# The daemon reads the digest when it starts, and then the file is as if it had never been there.
rt_docker_up || exit 1
dockerd=${rt_pids[-1]}
kill "$dockerd"
wait "$dockerd" 2>/dev/null
unset 'rt_pids[-1]'
list=$rt_dir/d/data/image/overlay2/repositories.json
jq --arg digest "$digest" '.Repositories.bwbox |= . + {("bwbox@" + $digest): .["bwbox:1.35"]}' "$list" >"$work/list"
cp "$list" "$work/list.old"
cat "$work/list" >"$list"
rt_dockerd || exit 1
cat "$work/list.old" >"$list"
said=$(rt_docker image inspect bwbox:1.35 | jq -r '.[0].RepoDigests[0]')
ok 'the daemon has the digest' test "$said" = "bwbox@$digest"

RT_OPTS=(--network none)
# shellcheck disable=SC2016 # expanded by the container's shell
rt_bundle one -- /bin/sh -c 'while :; do /bin/sh -c ": bwmark-again"; sleep 0.05; done'
start_agent off.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
rt_start docker one >"$work/log" 2>&1
ok 'a container runs' test $? = 0
id=$(rt_id docker one)
sleep 0.5
sentinel off.jsonl
stop_agent
has_alert 'there are alerts' "has_mark(\"bwmark-again\") and .output_fields[\"container.full_id\"] == \"$id\""
no_alert 'nobody is asked' "has_mark(\"$digest\")"
judge off.jsonl
ok 'nor counted' test "$(grep -c 'daemons were asked' "$work/off.jsonl.err")" = 0

start_agent on.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" --record "$work/capture" \
	"--query-runtimes=$rt_dir/d/sock" || exit 1
wait_for 10 grep -qF "$digest" "$work/on.jsonl"
ok 'what the daemon knows is in later alerts' test $? = 0
sentinel on.jsonl
stop_agent
first=$(alerts_with on.jsonl null | wc -l)
later=$(alerts_with on.jsonl "\"$digest\"" | wc -l)
echo "# $first alerts without the digest, $later with it"
ok 'once known it stays known' test "$(alerts_with on.jsonl null | tail -1 | jq -r .time)" \< \
	"$(alerts_with on.jsonl "\"$digest\"" | head -1 | jq -r .time)"
ok 'the summary counts it' grep -q 'daemons were asked about 1 containers and told of 1' "$work/on.jsonl.err"
"$agent" replay "$work/capture" --rules "$work/rules.yaml" --rules "$sentinel_rules" --output json >"$work/replay.jsonl" 2>/dev/null
ok 'a replay gives the same alerts' cmp "$work/on.jsonl" "$work/replay.jsonl"

# Somebody who listens, and never says a word.
python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(8)
time.sleep(300)' "$work/silent" &
silent_pid=$!
wait_for 10 test -S "$work/silent"
start_agent silent.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" \
	"--query-runtimes=$work/silent,$rt_dir/d/sock" || exit 1
before=$(date +%s%N)
sentinel silent.jsonl
took=$((($(date +%s%N) - before) / 1000000))
echo "# an alert takes $took ms meanwhile"
no_alert 'nothing is known before the limit of time' "has_mark(\"$digest\")"
judge silent.jsonl
ok 'alerts do not wait for the daemon' test "$took" -lt 1500
wait_for 10 grep -qF "$digest" "$work/silent.jsonl"
ok 'then the other is asked' test $? = 0
stop_agent
rt_stop docker one

if rt_have podman; then
	rt_podman_up
	RT_OPTS=(--network none)
	# No function in between: the pid must be the daemon's.
	CONTAINERS_CONF=$rt_dir/pm/containers.conf rt_spawn pm "$work/log-podman" podman --root "$rt_dir/pm/root" \
		--runroot "$rt_dir/pm/run" --tmpdir "$rt_dir/pm/tmp" --storage-driver overlay \
		system service --time 0 "unix://$work/podman.sock"
	# Its first answer is its slowest.
	wait_for 20 curl -sf -o "$work/log-ping" --unix-socket "$work/podman.sock" http://podman/_ping
	rt_bundle two -- /bin/sh -c ': bwmark-podman; sleep 300'
	start_agent podman.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" \
		"--query-runtimes=$work/podman.sock" || exit 1
	rt_start podman two >>"$work/log" 2>&1
	ok 'podman: a container runs' test $? = 0
	wait_for 10 grep -qF bwmark-podman "$work/podman.jsonl"
	sentinel podman.jsonl
	# It has no address; the daemon is asked for one, knows the container, and has none either, so
	# no alert shows when it has answered: that takes 2 s at most.
	sleep 2
	stop_agent
	ok 'podman: the daemon answers' grep -q 'daemons were asked about 1 containers and told of 1' \
		"$work/podman.jsonl.err"
else
	echo "# podman is left out: $rt_why"
fi
live_end
