#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-rules-container.sh BUILD-DIR
#
# Every rule of rules/ for containers alerts for its deed, with the right container, and stays
# silent for a harmless twin: in runc (cgroup v1 and v2 at once), crun (v2 alone), runc (v1 alone).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

# Cases: kind of case, rule, what else must be true of the alert, command in the container; @@ is the marker.
kinds=() rules=() filters=() commands=()
add() {
	kinds+=("$1") rules+=("$2") filters+=("$3") commands+=("$4")
}
# fires RULE JQ COMMAND, silent RULE COMMAND: run by a script, the first process of a container.
fires() { add fires "$1" "$2" "$3"; }
silent() { add silent "$1" true "$2"; }
# The same for a command that is put into the running container.
fires_exec() { add fires_exec "$1" "$2" "$3"; }
silent_exec() { add silent_exec "$1" true "$2"; }
# The same for a shell command that is the first process of its own container.
fires_first() { add fires_first "$1" "$2" "$3"; }

by_deed='.output_fields["proc.exepath"] == "/deed" and (.output_fields["proc.cmdline"] | startswith("deed mark @@"))
	and .output_fields["proc.pname"] == "sh"'
as_root='.output_fields["user.uid"] == 0'

address() { printf '.output_fields["fd.sip"] == "%s" and .output_fields["fd.sport"] == %s' "$1" "$2"; }
file() { printf '.output_fields["fd.name"] == "%s"' "$1"; }

# --- where programs come from

fires 'Program Run From Memory' '.output_fields["proc.exepath"] | startswith("memfd:bw-@@")' \
	'/deed memfd bw-@@ /deed x mark @@'
# The name that runc gives to its own copy does not help somebody else.
fires 'Program Run From Memory' '.output_fields["proc.exepath"] | startswith("memfd:runc_cloned:/proc/self/exe")' \
	'/deed memfd runc_cloned:/proc/self/exe /deed x mark @@'
silent 'Program Run From Memory' '/deed spawn /deed mark @@'

fires 'Program Run From Shared Memory' '.output_fields["proc.exepath"] == "/dev/shm/@@"' \
	'/deed copy /deed /dev/shm/@@ 0755 -- spawn /dev/shm/@@ mark @@'
silent 'Program Run From Shared Memory' '/deed mark @@ -- creat /dev/shm/@@ -- spawn /deed mark @@ /dev/shm/@@'

fires 'Program Run From Temporary Directory in Container' \
	'.output_fields["proc.exepath"] == "/tmp/@@" and .output_fields["proc.pname"] == "deed"' \
	'/deed copy /deed /tmp/@@ 0755 -- spawn /tmp/@@ mark @@'
fires 'Program Run From Temporary Directory in Container' '.output_fields["evt.arg.filename"] == "/tmp/@@.sh"' \
	'/deed copy /opt/script.sh /tmp/@@.sh 0755 -- spawn /tmp/@@.sh'
silent 'Program Run From Temporary Directory in Container' '/deed spawn /deed mark @@ /tmp/@@'

fires 'Script Run From Temporary Directory in Container' \
	'.output_fields["proc.args[0]"] == "/tmp/@@.sh" and .output_fields["proc.exepath"] == "/bin/busybox"' \
	'/deed copy /opt/script.sh /tmp/@@.sh 0644; /bin/sh /tmp/@@.sh'
silent 'Script Run From Temporary Directory in Container' '/bin/sh /opt/script.sh @@'

fires 'Program Not From Image' '.output_fields["proc.exepath"] == "/opt/@@"' \
	'/deed copy /deed /opt/@@ 0755 -- spawn /opt/@@ mark @@'
silent 'Program Not From Image' '/deed spawn /deed mark @@'

# --- privileges

fires 'Root Gained Without Setuid Program' \
	".output_fields[\"cred.before.uid\"] == 1000 and .output_fields[\"cred.euid\"] == 0 and $by_deed" \
	'/deed mark @@ -- keepcaps -- setresuid 1000 1000 1000 -- capset 7 -- setuid 0'
silent 'Root Gained Without Setuid Program' '/deed mark @@ -- setuid 0 -- setresuid 0 1000 0 -- setuid 0'
# Root of a user namespace, where the kernel lets users make one.
silent 'Root Gained Without Setuid Program' '/deed setuid 1000 -- newuserns 1000 || exit 0; /deed mark @@ -- setuid 1000 -- newuserns 1000 -- setuid 0'

fires 'Root Taken Back in Container' \
	".output_fields[\"evt.type\"] == \"setresuid\" and .output_fields[\"cred.before.euid\"] == 1000 and $by_deed" \
	'/deed mark @@ -- setresuid 0 1000 0 -- setresuid 0 0 0'
silent 'Root Taken Back in Container' '/deed mark @@ -- setuid 0 -- setresuid 0 1000 0'

fires 'Root Refused' ".output_fields[\"evt.res\"] == \"EPERM\" and .output_fields[\"user.uid\"] == 1000 and $by_deed" \
	'/deed mark @@ -- setuid 1000 -- fails EPERM setuid 0'
fires 'Root Refused' '.output_fields["evt.type"] == "setreuid"' \
	'/deed mark @@ -- setuid 1000 -- fails EPERM setreuid 0 0'
fires 'Root Refused' '.output_fields["evt.type"] == "setresuid"' \
	'/deed mark @@ -- setuid 1000 -- fails EPERM setresuid -1 0 -1'
silent 'Root Refused' '/deed mark @@ -- setuid 1000 -- fails EPERM setuid 1001'

fires 'Setuid Program in Container' \
	'.output_fields["proc.exepath"] == "/sudeed" and .output_fields["cred.before.uid"] == 1000 and .output_fields["cred.euid"] == 0' \
	'/deed setresuid 1000 1000 1000 -- exec /sudeed mark @@'
silent 'Setuid Program in Container' '/deed setresuid 1000 1000 1000 -- exec /deed mark @@'

fires 'Capabilities Gained by Program' \
	'.output_fields["cred.gained_caps"] == "CAP_SETUID" and .output_fields["user.uid"] == 1000' \
	'/deed setresuid 1000 1000 1000 -- exec /capdeed mark @@'
silent 'Capabilities Gained by Program' '/deed setresuid 1000 1000 1000 -- exec /netdeed mark @@'

fires 'Capability Raised in Container' ".output_fields[\"thread.cap_effective\"] == \"CAP_SETUID\" and $by_deed" \
	'/deed mark @@ -- keepcaps -- setresuid 1000 1000 1000 -- capset 7'
silent 'Capability Raised in Container' '/deed mark @@ -- keepcaps -- setresuid 1000 1000 1000 -- capset 13'

# --- shells

fires 'Shell Attached to a Network Connection' \
	'.output_fields["proc.stdin.type"] == "ipv4" and (.output_fields["proc.stdin.name"] | contains("127.0.0.1:"))' \
	'/deed socket-stdin /bin/sh -c ": @@"'
silent 'Shell Attached to a Network Connection' '/deed pipe-stdin /bin/sh -c ": @@"'

fires 'Shell Spawned by Web Server' '.output_fields["proc.pname"] == "nginx" and .output_fields["proc.pexepath"] == "/usr/sbin/nginx"' \
	'/usr/sbin/nginx spawn /bin/sh -c ": @@"'
silent 'Shell Spawned by Web Server' '/deed comm worker -- spawn /bin/sh -c ": @@"'

fires 'Shell Spawned by Database' '.output_fields["proc.pname"] == "postgres"' \
	'/usr/bin/postgres spawn /bin/sh -c ": @@"'
silent 'Shell Spawned by Database' '/deed comm worker -- spawn /bin/sh -c ": @@"'

fires 'Terminal Shell in Container' '.output_fields["proc.tty"] != 0' '/deed pty /bin/sh -c ": @@"'
silent 'Terminal Shell in Container' '/deed spawn /bin/sh -c ": @@"'

fires_first 'Shell Command Started Container' '.output_fields["proc.cmdline"] == "sh -c : @@; id"' ': @@; id'
silent 'Shell Command Started Container' '/deed spawn /bin/sh -c ": @@"'

fires_exec 'Shell Entered Container' '.output_fields["proc.cmdline"] == "sh -c : @@; id"' 'sh -c ": @@; id"'
silent_exec 'Shell Entered Container' 'sh -c "test -e /@@ || exit 1"'
silent_exec 'Shell Entered Container' '/deed mark @@'
# A health check as Docker and the kubelet run it; and what only begins like one.
silent_exec 'Shell Entered Container' 'sh -c "wget -q -O- http://127.0.0.1:1/@@ || exit 1"'
silent_exec 'Download Tool in Container' 'sh -c "wget -q -O- http://127.0.0.1:1/@@ || exit 1"'
fires_exec 'Shell Entered Container' true 'sh -c "wget -q -O- http://127.0.0.1:1/@@ || id"'
fires_exec 'Shell Entered Container' true 'sh -c "test -e /@@; id"'

fires 'Shell Spawned in Container' \
	'.output_fields["proc.pname"] == "deed" and (.output_fields["proc.aname"] | startswith("deed sh "))' \
	'/deed spawn /bin/sh -c ": @@"'
fires 'Shell Spawned in Container' '.output_fields["proc.exepath"] == "/bin/busybox"' \
	'/deed spawn /bin/busybox sh -c ": @@"'
# Another name for the shell.
fires 'Shell Spawned in Container' '.output_fields["proc.exepath"] == "/bin/bash"' \
	'ln -s /bin/bash /opt/@@; /deed spawn /opt/@@ -c @@'
silent 'Shell Spawned in Container' '/bin/sh -c ": @@"; :'

# --- tools

fires 'Package Manager in Container' '.output_fields["proc.exepath"] == "/usr/bin/apk"' '/usr/bin/apk mark @@'
fires 'Package Manager in Container' '.output_fields["proc.cmdline"] == "pip install @@"' '/usr/bin/pip install @@'
silent 'Package Manager in Container' '/deed mark @@ apk; /usr/bin/pip list @@'

fires 'Compiler in Container' '.output_fields["proc.cmdline"] == "gcc mark @@"' '/usr/bin/gcc mark @@'
silent 'Compiler in Container' '/deed mark @@ gcc'

fires 'Download Tool in Container' '.output_fields["proc.name"] // .output_fields["proc.cmdline"] | startswith("wget")' \
	'/bin/wget -q -T 1 http://203.0.113.7/@@'
fires 'Download Tool in Container' true '/bin/busybox wget -q -T 1 http://203.0.113.7/@@'
fires 'Download Tool in Container' true '/bin/wget -q -O- http://127.0.0.1:1/@@ http://203.0.113.7/'
silent 'Download Tool in Container' '/bin/wget -q -O- http://127.0.0.1:1/@@'

# --- writes

fires 'Write Below System Directory in Container' "$(file /usr/bin/@@) and $by_deed and $as_root" \
	'/deed mark @@ -- open /usr/bin/@@ wc'
fires 'Write Below System Directory in Container' "$(file /usr/lib/@@) and $by_deed" '/deed mark @@ -- creat /usr/lib/@@'
fires 'Write Below System Directory in Container' "$(file /bin/@@) and $by_deed" \
	'/deed mark @@ -- openat2 /tmp/../bin/@@ rwc'
silent 'Write Below System Directory in Container' \
	'/deed mark @@ -- creat /tmp/@@ -- open /bin/busybox r -- creat /usr/src/@@'

fires 'Write Below Etc in Container' "$(file /etc/@@) and $by_deed" '/deed mark @@ -- open /etc/@@ wc'
silent 'Write Below Etc in Container' '/deed mark @@ -- open /etc/passwd r -- creat /etc/nginx/@@'

fires 'Write Refused by Read-Only File System' "$(file /ro/@@) and .output_fields[\"evt.res\"] == \"EROFS\" and $by_deed" \
	'/deed mark @@ -- fails EROFS creat /ro/@@'
silent 'Write Refused by Read-Only File System' '/deed mark @@ -- fails ENOENT open /ro/@@ r'

# --- connections

fires 'Cloud Metadata Service Contacted From Container' "$(address 169.254.169.254 80) and $by_deed" \
	'/deed mark @@ -- fails ECONNREFUSED connect 169.254.169.254 80'
fires 'Cloud Metadata Service Contacted From Container' "$(address fd00:ec2::254 80) and $by_deed" \
	'/deed mark @@ -- fails ECONNREFUSED connect fd00:ec2::254 80'
fires 'Cloud Metadata Service Contacted From Container' "$(address 169.254.169.254 80) and $by_deed" \
	'/deed mark @@ -- fails ECONNREFUSED connect ::ffff:169.254.169.254 80'
silent 'Cloud Metadata Service Contacted From Container' '/deed mark @@ -- fails ECONNREFUSED connect 169.254.1.1 80'

fires 'Shell Opened Network Connection' "$(address 203.0.113.7 80) and .output_fields[\"proc.exepath\"] == \"/bin/bash\"" \
	'/bin/bash mark @@ -- fails ECONNREFUSED connect 203.0.113.7 80'
silent 'Shell Opened Network Connection' '/bin/bash mark @@ -- fails ECONNREFUSED connect 10.1.2.3 80'

fires 'Connection to Mining Port' "$(address 203.0.113.7 3333) and $by_deed" \
	'/deed mark @@ -- fails ECONNREFUSED connect 203.0.113.7 3333'
silent 'Connection to Mining Port' '/deed mark @@ -- fails ECONNREFUSED connect 10.1.2.3 3333'

fires 'SSH Connection From Container' "$(address 10.1.2.3 22) and $by_deed" \
	'/deed mark @@ -- fails ECONNREFUSED connect 10.1.2.3 22'
silent 'SSH Connection From Container' '/deed mark @@ -- fails ECONNREFUSED connect 127.0.0.1 22'

fires 'Unexpected Outbound Connection From Container' \
	"$(address 203.0.113.7 8081) and .output_fields[\"fd.l4proto\"] == \"tcp\" and $by_deed and $as_root" \
	'/deed mark @@ -- fails ECONNREFUSED connect 203.0.113.7 8081'
fires 'Unexpected Outbound Connection From Container' "$(address 2001:db8::7 8081) and $by_deed" \
	'/deed mark @@ -- fails ECONNREFUSED connect 2001:db8::7 8081'
fires 'Unexpected Outbound Connection From Container' "$(address 203.0.113.7 8081) and .output_fields[\"fd.l4proto\"] == \"udp\"" \
	'/deed mark @@ -- connect-udp 203.0.113.7 8081'
fires 'Unexpected Outbound Connection From Container' "$(address 198.51.100.9 8081) and .output_fields[\"evt.res\"] == \"EINPROGRESS\"" \
	'/deed mark @@ -- fails EINPROGRESS connect-nonblock 198.51.100.9 8081'
silent 'Unexpected Outbound Connection From Container' \
	'/deed mark @@ -- fails ECONNREFUSED connect 203.0.113.7 443 -- fails ECONNREFUSED connect 10.1.2.3 8081 -- connect-udp 203.0.113.7 53'

fires 'Container Runtime Socket Contacted From Container' \
	'(.output_fields["fd.name"] | endswith("/run/@@/docker.sock")) and .output_fields["proc.exepath"] == "/deed"' \
	'mkdir /run/@@; /deed mark @@ -- listen-unix /run/@@/docker.sock -- connect-unix /run/@@/docker.sock'
silent 'Container Runtime Socket Contacted From Container' \
	'mkdir /run/@@; /deed mark @@ -- listen-unix /run/@@/app.sock -- connect-unix /run/@@/app.sock'

# --- secrets

fires 'Password Hashes Read' "$(file /etc/shadow) and $by_deed and .output_fields[\"evt.res\"] == \"SUCCESS\"" \
	'/deed mark @@ -- open /etc/shadow r'
fires 'Password Hashes Read' "$(file /etc/shadow) and .output_fields[\"evt.res\"] == \"EACCES\" and .output_fields[\"user.uid\"] == 1000" \
	'/deed mark @@ -- setuid 1000 -- fails EACCES openat /etc/shadow r'
silent 'Password Hashes Read' '/deed mark @@ -- open /etc/passwd r'

fires 'Private Key Read' "$(file /root/.ssh/id_rsa) and $by_deed" '/deed mark @@ -- open /root/.ssh/id_rsa r'
fires 'Private Key Read' "$(file /etc/ssl/private/site.key)" '/bin/cat /etc/ssl/private/site.key @@'
silent 'Private Key Read' '/deed mark @@ -- open /root/.ssh/id_rsa.pub r -- open /etc/ssl/private/site.key r'

fires 'Cloud Credentials Read' "$(file /root/.aws/credentials)" '/bin/cat /root/.aws/credentials @@'
silent 'Cloud Credentials Read' '/deed mark @@ -- open /root/.aws/credentials r; /bin/cat /root/.aws/config @@'

token=/run/secrets/kubernetes.io/serviceaccount/token
fires 'Service Account Token Read' "$(file $token) and (.output_fields[\"proc.cmdline\"] | startswith(\"cat \"))" \
	"/bin/cat $token @@"
silent 'Service Account Token Read' "/deed mark @@ -- open $token r"

fires 'Mounted Secret Read' "$(file /run/secrets/db_password)" '/bin/cat /run/secrets/db_password @@'
silent 'Mounted Secret Read' '/deed mark @@ -- open /run/secrets/db_password r'

fires 'Environment File Read' "$(file /srv/.env)" '/bin/cat /srv/.env @@'
silent 'Environment File Read' '/deed mark @@ -- open /srv/.env r; /bin/cat /srv/.env.example @@'

# --- the containers

# The filter of jq for the OCI configuration: room for what the deeds need.
config='.process.capabilities |= map_values(. + ["CAP_NET_ADMIN"])
	| .mounts |= map(if .destination == "/dev/shm" then .options -= ["noexec"] else . end)
	| .mounts += [{destination: "/ro", type: "tmpfs", source: "tmpfs", options: ["ro"]}]'

mark_of() { printf '%s-%02d-' "$1" "$2"; }

# Everything the image of a container needs beside busybox.
fill_image() {
	local name=$1 add=$rt_dir/b/$1/add program path
	for program in deed sudeed capdeed netdeed usr/bin/apk usr/bin/pip usr/bin/gcc bin/bash usr/sbin/nginx \
		usr/bin/postgres; do
		rt_file "$name" "/$program" <"$deed" || return
	done
	chmod 4755 "$add/sudeed"
	"$deed" filecaps "$add/capdeed" 7 -- filecaps "$add/netdeed" 13 || return
	# shellcheck disable=SC2016 # a script
	printf '#!/bin/sh\n:\n' | rt_file "$name" /opt/script.sh || return
	for path in root/.ssh/id_rsa root/.ssh/id_rsa.pub root/.aws/credentials root/.aws/config \
		etc/ssl/private/site.key run/secrets/db_password "${token#/}" srv/.env srv/.env.example; do
		echo secret | rt_file "$name" "/$path" || return
	done
	mkdir -p "$add"/{usr/src,etc/nginx}
}

# One script with the commands of a kind of cases; then it waits, so that others can enter.
write_script() {
	local kind=$1 i
	cat <<-'END'
		#!/bin/sh
		ip link set lo up
		for address in 169.254.169.254/32 169.254.1.1/32 203.0.113.7/32 10.1.2.3/32; do
			ip addr add $address dev lo
		done
		for address in fd00:ec2::254/128 2001:db8::7/128; do
			ip -6 addr add $address dev lo
		done
		ip route add 198.51.100.0/24 dev lo
	END
	for i in "${!rules[@]}"; do
		case ${kinds[i]} in
		fires | silent)
			echo "( ${commands[i]//@@/$(mark_of "$kind" "$i")} ) >/dev/null 2>&1; echo $i \$?"
			;;
		esac
	done
	echo 'echo done'
	echo 'exec sleep 1000'
}

# shellcheck disable=SC2317 # called by wait_for
is_done() { grep -q '^done$' "$work/log-$1"; }

run_kind() {
	local kind=$1 i command
	rt_bundle box "$config" -- /bin/sh /run.sh || return
	fill_image box && write_script "$kind" | rt_file box /run.sh || return
	rt_start "$kind" box >"$work/log-$kind" 2>&1 || return
	wait_for 60 is_done "$kind"
	for i in "${!rules[@]}"; do
		command=${commands[i]//@@/$(mark_of "$kind" "$i")}
		case ${kinds[i]} in
		*_exec)
			eval "rt_exec $kind box $command" >/dev/null 2>&1
			;;
		*_first)
			rt_bundle first -- sh -c "$command" && rt_run "$kind" first >/dev/null 2>&1
			;;
		esac
	done
	rt_stop "$kind" box
	# Containers that do nothing, as root and as somebody else, who keeps capabilities.
	rt_bundle quiet -- /bin/busybox true && rt_run "$kind" quiet &&
		rt_bundle quiet-user '.process.user = {uid: 1000, gid: 1000}
			| .process.capabilities.inheritable = ["CAP_SETUID"] | .process.capabilities.ambient = ["CAP_SETUID"]' \
			-- /bin/busybox true && rt_run "$kind" quiet-user
}

judge_kind() {
	local kind=$1 i mark filter box=box id
	for i in "${!rules[@]}"; do
		mark=$(mark_of "$kind" "$i")
		[ "${kinds[i]}" = fires_first ] && box=first || box=box
		id=$(rt_id "$kind" "$box")
		# A deed that did nothing would make a quiet twin.
		case ${kinds[i]}-${commands[i]} in
		*';'* | *_*-*) ;;
		*-/deed*) grep -qx "$i 0" "$work/log-$kind" || tap 1 "$kind: has its effect: ${commands[i]}" ;;
		esac
		filter=".rule == \"${rules[i]}\" and has_mark(\"$mark\")"
		case ${kinds[i]} in
		fires*)
			has_alert "$kind: ${rules[i]}: ${commands[i]}" "$filter and (${filters[i]//@@/$mark})
				and .output_fields[\"container.id\"] == \"$id\" and .output_fields[\"container.name\"] == \"$id\""
			;;
		silent*)
			no_alert "$kind: not ${rules[i]}: ${commands[i]}" "$filter"
			;;
		esac
	done
	no_alert "$kind: no alert for containers that start and end" \
		".output_fields[\"container.name\"] | strings | startswith(\"$(rt_id "$kind" quiet)\")"
	no_alert "$kind: nothing in the container is taken for the host" \
		"has_mark(\"$kind-\") and .output_fields[\"container.id\"] == \"host\""
}

live_init "$@"
mkdir "$work/rt"
rt_init "$work/rt"
rt_have runc || skip_all "$rt_why"
start_agent out.json --rules "$sentinel_rules" --rules "$repo/rules" || exit 1
ran=()
for kind in runc crun_v2 runc_v1; do
	if ! rt_have "$kind"; then
		echo "ok - $kind # SKIP $rt_why"
		continue
	fi
	if run_kind "$kind" 2>"$work/err-$kind"; then
		ran+=("$kind")
	else
		tap 1 "$kind runs a container"
		sed 's/^/#   /' "$work/err-$kind" "$work/log-$kind" | tail -n 5
	fi
done
sentinel out.json
stop_agent
for kind in "${ran[@]}"; do
	judge_kind "$kind"
	judge out.json
done
ok 'every line is JSON' is_json "$work/out.json"
while read -r rule; do
	# Those of the attacks have theirs in attacks/cases.
	ok "there is a case for: $rule" grep -qF "| $rule |" "$here/attacks/cases" <(printf '| %s |\n' "${rules[@]}")
done < <(rules_tagged container)
live_end
