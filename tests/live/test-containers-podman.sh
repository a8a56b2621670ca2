#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-containers-podman.sh BUILD-DIR
#
# A container in a pod of podman: labels, pod and address are there from the database that this
# podman writes, and also from one of the other kind.  That one is made here, by the schema that
# podman publishes, out of what podman tells of the container: which podman writes which kind
# depends on its version.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

live_init "$@"
command -v sqlite3 >/dev/null || skip_all 'no sqlite3'
rt_have podman || skip_all "$rt_why"
cat >"$work/rules.yaml" <<'END'
- rule: Marked Command
  desc: A command of this test.
  condition: evt.type = execve and evt.res = SUCCESS and proc.args contains "bwmark-"
  output: marked %proc.cmdline %container.full_id %container.name %container.resolution %container.labels
    %k8s.pod.name %k8s.pod.uid %container.ip %container.image.digest %container.image.id
  priority: NOTICE
END
mkdir "$work/rt"
chmod 711 "$work"
rt_init "$work/rt"
database=$rt_dir/pm/root/libpod/bolt_state.db

# Before all is removed podman needs its own database.
put_back() {
	[ ! -e "$work/kept.db" ] || mv "$work/kept.db" "$database"
}
trap 'put_back; live_cleanup' EXIT

# make_sqlite: db.sql beside it, from what podman tells.
make_sqlite() {
	local config state pod
	rt_podman inspect "$rt_tag-one" >"$work/inspect.json" &&
		rt_podman pod inspect "$rt_tag-pod" >"$work/pod.json" || return
	config=$(jq -c '.[0] | {id: .Id, name: .Name, pod: .Pod, labels: .Config.Labels, rootfsImageID: .Image,
		rootfsImageName: .ImageName}' "$work/inspect.json")
	state=$(jq -c '.[0].NetworkSettings.Networks | {networkStatus: map_values({interfaces: {eth0:
		{subnets: [{ipnet: "\(.IPAddress)/24"}]}}})}' "$work/inspect.json")
	pod=$(jq -c '{id: .Id, name: .Name}' "$work/pod.json")
	sqlite3 "$rt_dir/pm/root/db.sql" <<-END
		CREATE TABLE ContainerConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, PodID TEXT,
			JSON TEXT NOT NULL);
		CREATE TABLE ContainerState(ID TEXT PRIMARY KEY NOT NULL, State INTEGER NOT NULL, ExitCode INTEGER,
			JSON TEXT NOT NULL);
		CREATE TABLE PodConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, JSON TEXT NOT NULL);
		INSERT INTO ContainerConfig VALUES ('$id', '$rt_tag-one', '$pod_id', CAST('$config' AS BLOB));
		INSERT INTO ContainerState VALUES ('$id', 3, 0, CAST('$state' AS BLOB));
		INSERT INTO PodConfig VALUES ('$pod_id', '$rt_tag-pod', CAST('$pod' AS BLOB));
	END
}

expected() {
	printf '.output_fields["container.full_id"] == "%s" and .output_fields["container.name"] == "%s"' "$id" "$rt_tag-one"
	printf ' and .output_fields["container.resolution"] == "known"'
	printf ' and (.output_fields["container.labels"] | strings | contains("team:red"))'
	printf ' and .output_fields["k8s.pod.name"] == "%s" and .output_fields["k8s.pod.uid"] == "%s"' "$rt_tag-pod" "$pod_id"
	printf ' and (.output_fields["container.ip"] | strings | startswith("10.88.76."))'
	printf ' and (.output_fields["container.image.digest"] | strings | test("^sha256:[0-9a-f]{64}$"))'
}

rt_podman_up || exit 1
pod_id=$(rt_podman pod create --infra=false --name "$rt_tag-pod")
ok 'a pod is made' test -n "$pod_id"
start_agent bolt.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
RT_OPTS=(--pod "$rt_tag-pod" --label team=red --network bw-pm)
# shellcheck disable=SC2016 # expanded by the container's shell
rt_bundle one -- /bin/sh -c 'while :; do /bin/sh -c ": bwmark-again"; sleep 0.1; done'
rt_start podman one >"$work/log" 2>&1
ok 'a container runs in it' test $? = 0
id=$(rt_id podman one)
sentinel bolt.jsonl
has_alert 'all is known from the database of this podman' "has_mark(\"bwmark-again\") and $(expected)"
judge bolt.jsonl
stop_agent

make_sqlite
ok 'the other database is made' test $? = 0
mv "$database" "$work/kept.db"
start_agent sqlite.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
wait_for 10 grep -q '"sh -c : bwmark-[a]gain"' "$work/sqlite.jsonl"
sentinel sqlite.jsonl
has_alert 'and from the other' "has_mark(\"bwmark-again\") and $(expected)"
no_alert 'at all times' ".output_fields[\"proc.cmdline\"] == \"sh -c : bwmark-again\" and ($(expected) | not)"
judge sqlite.jsonl
stop_agent

# Its owner writes, and is killed: what it left there is not read, and nobody waits for long.
echo 'half a journal' >"$rt_dir/pm/root/db.sql-journal"
start_agent busy.jsonl --rules "$work/rules.yaml" --rules "$sentinel_rules" || exit 1
wait_for 10 grep -q '"sh -c : bwmark-[a]gain"' "$work/busy.jsonl"
sentinel busy.jsonl
has_alert 'without the database the container is known in part' "has_mark(\"bwmark-again\")
	and .output_fields[\"container.full_id\"] == \"$id\" and .output_fields[\"container.resolution\"] == \"partial\""
judge busy.jsonl
stop_agent
ok 'and the journal is as it was' test "$(cat "$rt_dir/pm/root/db.sql-journal")" = 'half a journal'
rm -f "$rt_dir/pm/root"/db.sql*
put_back
rt_stop podman one
ok 'podman has its container back' test $? = 0
live_end
