#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-rules-host.sh BUILD-DIR
#
# Every rule of rules/ for the host alerts for its deed and stays silent for a harmless twin.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

rules=()
n_cases=0

# next: a marker for the next case.
next() {
	n_cases=$((n_cases + 1))
	mark=$(printf 'host-%s-%02d-' "$$" "$n_cases")
}

# fires RULE JQ COMMAND...: run it now, ask later.  @@ in it is the marker.
fires() {
	local rule=$1 filter=$2
	shift 2
	next
	rules+=("$rule")
	"${@//@@/$mark}" >/dev/null 2>&1 || tap 1 "has its effect: ${*//"$work/"/}"
	has_alert "$rule: ${*//"$work/"/}" \
		".rule == \"$rule\" and has_mark(\"$mark\") and .output_fields[\"container.id\"] == \"host\" and (${filter//@@/$mark})"
}

silent() {
	local rule=$1
	shift
	next
	# A deed that did nothing would make a quiet twin.
	"${@//@@/$mark}" >/dev/null 2>&1 || [ "$1" != "$deed" ] || tap 1 "has its effect: ${*//"$work/"/}"
	no_alert "not $rule: ${*//"$work/"/}" ".rule == \"$rule\" and has_mark(\"$mark\")"
}

by_deed=

live_init "$@"
by_deed=".output_fields[\"proc.exepath\"] == \"$deed\" and (.output_fields[\"proc.cmdline\"] | startswith(\"deed mark @@\"))
	and .output_fields[\"proc.pname\"] == \"$(cat /proc/$$/comm)\""

as_user=(setresuid 1000 1000 1000)

# Connections of the host go no further than a network namespace of our own.
# shellcheck disable=SC2016,SC2317 # expanded by the inner shell; called by fires
net() {
	unshare -n sh -c '
		ip link set lo up
		for address in 203.0.113.7/32 10.1.2.3/32; do ip addr add $address dev lo; done
		"$@"' net "$@"
}

# Nobody's home: the files of real users stay closed.
home=$work/home
mkdir -p "$home/.ssh" "$home/.aws" "$work/srv"
touch "$home/.ssh/id_ed25519" "$home/.ssh/id_ed25519.pub" "$home/.aws/credentials" "$home/.aws/config" \
	"$work/srv/.env" "$work/srv/.env.example"
for name in nginx postgres bash; do
	cp "$deed" "$work/$name"
done
"$deed" copy "$deed" "$work/sudeed" 04755 -- copy "$deed" "$work/capdeed" 0755 -- copy "$deed" "$work/netdeed" 0755 -- \
	filecaps "$work/capdeed" 7 -- filecaps "$work/netdeed" 13 || exit 1
temp=$(mktemp -d /tmp/bpfwatch-live.XXXXXX)
shm=$(mktemp -d /dev/shm/bpfwatch-live.XXXXXX)
# shellcheck disable=SC2317 # called by the trap
test_cleanup() { rm -rf "$temp" "$shm"; }
cp "$deed" "$temp/deed"
cp "$deed" "$shm/deed"

start_agent out.json --rules "$sentinel_rules" --rules "$repo/rules" || exit 1

fires 'Program Run From Memory' '.output_fields["proc.exepath"] | startswith("memfd:bw")' \
	"$deed" memfd bw "$deed" x mark @@
fires 'Program Run From Memory' '.output_fields["proc.exepath"] | startswith("memfd:runc_cloned:/proc/self/exe")' \
	"$deed" memfd runc_cloned:/proc/self/exe "$deed" x mark @@
fires 'Program Run From Memory' '.output_fields["proc.exepath"] | startswith("memfd:crun_cloned:/proc/self/exe")' \
	"$deed" memfd crun_cloned:/proc/self/exe "$deed" x mark @@
silent 'Program Run From Memory' "$deed" spawn "$deed" mark @@

# runs RULE FILE: false, and the rule counts as tried, where files of that file system are not executed.
runs() {
	! "$2" mark x 2>/dev/null || return 0
	rules+=("$1")
	echo "ok - $1 # SKIP nothing can be executed in $(dirname "$2")"
	return 1
}

runs 'Program Run From Shared Memory' "$shm/deed" && fires 'Program Run From Shared Memory' ".output_fields[\"proc.exepath\"] == \"$shm/deed\"" "$shm/deed" mark @@
silent 'Program Run From Shared Memory' "$deed" mark @@ "$shm/deed"

runs 'Program Run From Temporary Directory on Host' "$temp/deed" && fires 'Program Run From Temporary Directory on Host' \
	".output_fields[\"proc.exepath\"] == \"$temp/deed\" and .output_fields[\"user.uid\"] == 0" "$temp/deed" mark @@
silent 'Program Run From Temporary Directory on Host' "$deed" mark @@ "$temp/deed"

fires 'Root Gained Without Setuid Program' ".output_fields[\"cred.before.uid\"] == 1000 and $by_deed" \
	"$deed" mark @@ -- keepcaps -- "${as_user[@]}" -- capset 7 -- setuid 0
silent 'Root Gained Without Setuid Program' "$deed" mark @@ -- setresuid 0 1000 0 -- setuid 0
if "$deed" setuid 1000 -- newuserns 1000; then
	silent 'Root Gained Without Setuid Program' "$deed" mark @@ -- setuid 1000 -- newuserns 1000 -- setuid 0
else
	echo 'ok - root of a user namespace # SKIP users may not make one'
fi

fires 'Root Refused' ".output_fields[\"user.uid\"] == 1000 and .output_fields[\"evt.res\"] == \"EPERM\" and $by_deed" \
	"$deed" mark @@ -- "${as_user[@]}" -- fails EPERM setuid 0
silent 'Root Refused' "$deed" mark @@ -- "${as_user[@]}" -- fails EPERM setuid 1001

fires 'Unknown Setuid Program on Host' \
	".output_fields[\"proc.exepath\"] == \"$work/sudeed\" and .output_fields[\"cred.before.uid\"] == 1000" \
	"$deed" "${as_user[@]}" -- exec "$work/sudeed" mark @@
silent 'Unknown Setuid Program on Host' "$deed" "${as_user[@]}" -- exec "$deed" mark @@
silent 'Unknown Setuid Program on Host' "$deed" "${as_user[@]}" -- exec /bin/su --help @@

fires 'Capabilities Gained by Program' '.output_fields["cred.gained_caps"] == "CAP_SETUID"' \
	"$deed" "${as_user[@]}" -- exec "$work/capdeed" mark @@
silent 'Capabilities Gained by Program' "$deed" "${as_user[@]}" -- exec "$work/netdeed" mark @@

fires 'Shell Attached to a Network Connection' \
	'.output_fields["proc.stdin.type"] == "ipv4" and .output_fields["proc.pname"] == "deed"' \
	"$deed" socket-stdin /bin/sh -c ': @@'
silent 'Shell Attached to a Network Connection' "$deed" pipe-stdin /bin/sh -c ': @@'

fires 'Shell Spawned by Web Server' '.output_fields["proc.pname"] == "nginx"' "$work/nginx" spawn /bin/sh -c ': @@'
silent 'Shell Spawned by Web Server' "$deed" spawn /bin/sh -c ': @@'

fires 'Shell Spawned by Database' '.output_fields["proc.pname"] == "postgres"' "$work/postgres" spawn /bin/sh -c ': @@'
silent 'Shell Spawned by Database' "$deed" spawn /bin/sh -c ': @@'

fires 'Shell Opened Network Connection' '.output_fields["fd.sip"] == "203.0.113.7" and .output_fields["fd.sport"] == 80' \
	net "$work/bash" mark @@ -- fails ECONNREFUSED connect 203.0.113.7 80
silent 'Shell Opened Network Connection' net "$work/bash" mark @@ -- fails ECONNREFUSED connect 10.1.2.3 80

fires 'Connection to Mining Port' '.output_fields["fd.sip"] == "203.0.113.7" and .output_fields["fd.sport"] == 3333' \
	net "$deed" mark @@ -- fails ECONNREFUSED connect 203.0.113.7 3333
silent 'Connection to Mining Port' net "$deed" mark @@ -- fails ECONNREFUSED connect 10.1.2.3 3333

fires 'Password Hashes Read' ".output_fields[\"fd.name\"] == \"/etc/shadow\" and $by_deed" "$deed" mark @@ -- open /etc/shadow r
silent 'Password Hashes Read' "$deed" mark @@ -- open /etc/passwd r

fires 'Private Key Read' ".output_fields[\"fd.name\"] == \"$home/.ssh/id_ed25519\" and $by_deed" \
	"$deed" mark @@ -- open "$home/.ssh/id_ed25519" r
silent 'Private Key Read' "$deed" mark @@ -- open "$home/.ssh/id_ed25519.pub" r

fires 'Cloud Credentials Read' '.output_fields["proc.cmdline"] | startswith("cat ")' \
	sh -c "cat $home/.aws/credentials /dev/null/@@ || :"
silent 'Cloud Credentials Read' cat "$home/.aws/config" @@

# shellcheck disable=SC2016 # expanded by the inner shell
fires 'Service Account Token Read' '.output_fields["proc.cmdline"] | startswith("cat ")' \
	unshare -m sh -c 'mount -t tmpfs tmpfs /run && mkdir -p "$0" && echo x >"$0/token" && cat "$0/token" /dev/null/@@ || :' \
	/run/secrets/kubernetes.io/serviceaccount
silent 'Service Account Token Read' cat /run/secrets/kubernetes.io/none @@

fires 'Environment File Read' ".output_fields[\"fd.name\"] == \"$work/srv/.env\"" \
	sh -c "$work/nginx spawn /bin/cat $work/srv/.env /dev/null/@@ || :"
silent 'Environment File Read' cat "$work/srv/.env" @@
silent 'Environment File Read' "$work/nginx" spawn /bin/cat "$work/srv/.env.example" @@

# The shell that started the agent may do so.
# shellcheck disable=SC2154 # of the library
fires 'Agent Attacked' ".output_fields[\"evt.target.pid\"] == $agent_pid" sh -c ": @@; kill -CONT $agent_pid"
silent 'Agent Attacked' sh -c ": @@; kill -0 $agent_pid"

sentinel out.json
stop_agent
judge out.json
ok 'the agent ended with status 0' test "$agent_status" = 0
while read -r rule; do
	# Those of the attacks have theirs in attacks/cases.
	ok "there is a case for: $rule" grep -qF "| $rule |" "$here/attacks/cases" <(printf '| %s |\n' "${rules[@]}")
done < <(rules_tagged host)
live_end
