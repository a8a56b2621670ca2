#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-upstream-deeds.sh BUILD-DIR
#
# Falco's own rule files, stable and incubating, unmodified: one live deed for each rule, on the host,
# in a container of runc or in a pod, makes it fire, and no field of its alert is null that Falco
# fills.  The agent alone has an /etc/hosts in which the names of rules are found.
# BPFWATCH_CORPUS is the directory that holds falco-rules/.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"
# shellcheck source=tests/live/runtimes.sh
. "$here/runtimes.sh"

corpus=${BPFWATCH_CORPUS:-$repo/../shared/corpus}/falco-rules
files=("$corpus/falco_rules.yaml" "$corpus/falco-incubating_rules.yaml")

rules=() wheres=() deeds=()
# on WHERE RULE COMMAND: @@ is the marker, P/ a directory of programs that do what `deed` does under
# any name, A the attack program, W a scratch directory.
on() {
	wheres+=("$1") rules+=("$2") deeds+=("$3")
}

# --- stable
on host 'Directory traversal monitored file read' 'P/deed spawn A open_openat @@ /etc/../etc/../etc/passwd'
on host 'Read sensitive file trusted after startup' 'P/httpd mark'
on host 'Read sensitive file untrusted' 'A open_openat @@ /etc/shadow'
on host 'Run shell untrusted' 'P/nginx spawn /bin/sh -c ": @@"'
on host 'System user interactive' 'P/sshd setuid 1 -- spawn P/deed mark @@'
on box 'Terminal shell in container' 'P/runc pty /bin/sh -c ": @@"'
on box 'Contact K8S API Server From Container' 'P/deed mark @@ -- fails EINPROGRESS connect-nonblock 198.51.100.10 443'
on box 'Netcat Remote Code Execution in Container' 'P/nc mark @@ -e'
on box 'Search Private Keys or Passwords' 'P/grep mark @@ "BEGIN PRIVATE"'
on host 'Clear Log Activities' 'P/deed mark @@ -- open W/syslog wct'
on host 'Remove Bulk Data from Disk' 'P/shred mark @@'
on host 'Create Symlink Over Sensitive Files' 'A path_mklink @@ /etc/shadow W/sym-@@'
on box 'Create Hardlink Over Sensitive Files' 'A path_hardlink @@ /etc/shadow W/hard-@@'
on box 'Packet socket created in container' 'A net_packet_socket @@'
on box 'Redirect STDOUT/STDIN to Network Connection in Container' 'A net_dup_shell @@ dup2 /bin/sh'
on box 'Linux Kernel Module Injection Detected' 'A ct_init_module @@'
on box 'Debugfs Launched in Privileged Container' 'P/debugfs mark @@'
on box 'Detect release_agent File Container Escapes' 'A write_mmap @@ W/release_agent'
on host 'PTRACE attached to process' 'A inj_ptrace @@'
on host 'PTRACE anti-debug attempt' 'A inj_traceme @@'
on host 'Find AWS Credentials' 'P/find mark @@ .aws/credentials'
on box 'Execution from /dev/shm' 'cp P/deed /dev/shm/@@ && /dev/shm/@@ mark @@'
on box 'Drop and execute new binary in container' 'A exec_copy @@ W/new-@@'
on host 'Disallowed SSH Connection Non Standard Port' 'P/ssh mark @@ -- fails EINPROGRESS connect-nonblock 198.51.100.9 443'
on host 'Fileless execution via memfd_create' 'A exec_memfd @@ bw'
# --- incubating
on host 'Modify Shell Configuration File' 'P/deed mark @@ -- open W/.bashrc wc'
on host 'Schedule Cron Jobs' 'P/crontab mark @@'
on box 'Read ssh information' 'P/deed mark @@ -- open /root/.ssh/id_rsa r'
on host 'DB program spawned process' 'P/mysqld spawn P/deed mark @@'
on host 'Change thread namespace' 'A ct_setns @@ uts 0x4000000'
on box 'Change namespace privileges via unshare' 'P/deed setuid 1000 -- spawn A ct_unshare @@ 0x10000000'
on first 'Launch Privileged Container' ''
on first 'Launch Excessively Capable Container' ''
on host 'System procs network activity' 'P/bash mark @@ -- fails EINPROGRESS connect-nonblock 198.51.100.9 80'
on host 'Program run with disallowed http proxy env' 'HTTP_PROXY=http://203.0.113.7 P/curl mark @@'
on host 'Unexpected UDP Traffic' 'P/deed mark @@ -- connect-udp 203.0.113.7 4713'
on host 'Non sudo setuid' 'P/deed mark @@ -- setresuid 1000 1000 1000 -- setuid 1000'
on host 'User mgmt binaries' 'P/useradd mark @@'
on box 'Create files below dev' 'P/deed mark @@ -- open /dev/x@@ wc'
on box 'Contact EC2 Instance Metadata Service From Container' \
	'P/deed mark @@ -- fails EINPROGRESS connect-nonblock 169.254.169.254 80'
on box 'Contact cloud metadata service from container' \
	'P/deed mark @@ -- fails EINPROGRESS connect-nonblock 169.254.169.254 80'
on box 'Launch Package Management Process in Container' 'P/apk mark @@'
on box 'Launch Suspicious Network Tool in Container' 'P/nmap mark @@'
on host 'Launch Suspicious Network Tool on Host' 'P/nmap mark @@'
on host 'Delete or rename shell history' 'touch W/.bash_history && A path_unlink @@ W/.bash_history'
on host 'Set Setuid or Setgid bit' 'touch W/su && A path_chmod @@ W/su 4755'
on box 'Launch Remote File Copy Tools in Container' 'P/rsync mark @@'
on pod 'Network Connection outside Local Subnet' '/bin/busybox nc 198.51.100.7 4713 -e @@'
on box 'Mount Launched in Privileged Container' 'P/mount mark @@'
on box 'Launch Ingress Remote File Copy Tools in Container' 'P/wget mark @@'
on box 'Read environment variable from /proc files' 'P/deed mark @@ -- open /proc/self/environ r'
on box 'Exfiltrating Artifacts via Kubernetes Control Plane' 'P/runc spawn P/tar open_openat @@ W/secret'
on box 'Adding ssh keys to authorized_keys' 'P/deed mark @@ -- open /root/.ssh/authorized_keys wc'
on host 'Potential Local Privilege Escalation via Environment Variables Misuse' \
	'GLIBC_TUNABLES=glibc.malloc.mxfast=0 P/deed mark @@'
on host 'Backdoored library loaded into SSHD (CVE-2024-3094)' 'P/sshd mark @@ -- open W/liblzma.so.5.6.0 r'
on host 'BPF Program Not Profiled' 'A bpf_load @@'

names() {
	printf '%s\n' "${deeds[@]}" | grep -o 'P/[a-z]*' | sort -u | cut -c3-
}

mark_of() { printf 'up%s-%02d-' "$$" "$1"; }

# script_of WHERE PROGRAMS SCRATCH ATTACKS
script_of() {
	local i deed
	cat <<-END
		#!/bin/sh
		cd $3 || exit 1
		ip link set lo up
		ip addr add 203.0.113.7/32 dev lo
		for net in 198.51.100.0/24 169.254.169.254/32; do
			ip route add \$net dev lo
		done
		touch syslog secret liblzma.so.5.6.0
	END
	for i in "${!rules[@]}"; do
		[ "${wheres[i]}" = "$1" ] || continue
		deed=${deeds[i]//@@/$(mark_of "$i")}
		# In two steps: the paths may end in such letters themselves.
		deed=${deed//P\//$'\1'} deed=${deed//W\//$'\2'} deed=${deed//A /$'\3'}
		deed=${deed//$'\1'/"$2/"} deed=${deed//$'\2'/"$3/"} deed=${deed//$'\3'/"$4 "}
		echo "why=\$( { $deed; } 2>&1 >/dev/null </dev/null); echo $i \$? \$why"
	done
	echo 'echo done'
}

# What Falco has no value for either: of images, that runc does not know, and of clusters, but in a
# pod; of files and connections, where the event is about none; of ancestors, where there are no
# more; of arguments that another call of the same rule has.
# shellcheck disable=SC2016 # of jq
never_null='
def may_be_null($type; $field):
	($field | test("^proc\\.(aname|aexepath)\\["))
	or ($where != "pod" and ($field | test("^(container\\.image|k8s\\.)")))
	or (($field | startswith("fd.")) and ($type | IN("execve", "execveat", "socket")))
	or ($type == "unlinkat" and ($field | IN("evt.arg.oldpath", "evt.arg.path", "fd.name")))
	or (($type | IN("chmod", "fchmodat")) and $field == "evt.arg.fd")
	or ($where == "host" and $field == "container.start_ts");'

live_init "$@"
for file in "${files[@]}"; do
	[ -e "$file" ] || skip_all "no ${file##*/}: set BPFWATCH_CORPUS"
done
mkdir "$work/rt"
rt_init "$work/rt"
rt_have runc || skip_all "$rt_why"
command -v capsh >/dev/null || skip_all 'no capsh'
mkdir "$work/p" "$work/w"
cp "$1/deeds/attacks" "$work/" || exit 1
caps=$(capsh --decode="$(sed -n 's/^CapBnd:[ \t]*//p' /proc/self/status)" | sed 's/.*=//' |
	jq -Rc 'split(",") | map(ascii_upcase)')
# By its script the first process is known.
first=run-up$$.sh
# A privileged container, as far as we can make one.
rt_bundle box "$caps as \$caps | .process.capabilities |= map_values(\$caps)
	| .linux.maskedPaths = [] | .linux.readonlyPaths = [] | del(.linux.seccomp)
	| .linux.resources = {devices: [{allow: true, access: \"rwm\"}]}
	| .mounts |= map(if .destination == \"/dev/shm\" then .options -= [\"noexec\"]
		elif .type == \"sysfs\" or .type == \"cgroup\" then .options -= [\"ro\"] else . end)" -- /bin/sh "/$first" || exit 1
for name in $(names); do
	cp "$deed" "$work/p/$name"
	rt_file box "/p/$name" <"$deed"
done
rt_file box /attacks <"$work/attacks"
rt_file box /p/tar <"$work/attacks"
mkdir -p "$rt_dir/b/box/add/w"
echo key | rt_file box /root/.ssh/id_rsa
script_of box /p /w /attacks | rt_file box "/$first"
script_of host "$work/p" "$work/w" "$work/attacks" >"$work/run.sh"

# What the pod reaches lies in the network of the daemon that makes it.
pod_why=
rt_have cri || pod_why=$rt_why
if [ -z "$pod_why" ]; then
	for i in "${!rules[@]}"; do
		[ "${wheres[i]}" = pod ] || continue
		read -ra argv <<<"${deeds[i]//@@/$(mark_of "$i")}"
		rt_bundle pod -- "${argv[@]}" || exit 1
	done
	rt_containerd_up || exit 1
	rt_inside c ip addr add 198.51.100.7/32 dev lo
	rt_spawn c "$work/server.log" busybox nc -ll -p 4713 -e true
fi

# The one that must be older than 5 s when it reads is a web server by its name.
late_mark=$(mark_of 1)
cp "$work/attacks" "$work/p/httpd"
sed -i "s|^why=.* mark;.*echo 1 .*|echo 1 0|" "$work/run.sh"

printf '%s\n' 'json_output: true' 'stdout_output: {enabled: false}' \
	"file_output: {enabled: true, keep_alive: true, filename: $work/up.json}" >"$work/up.conf"
# What a user has to fill in, and names for both ends of the pod's connection.
cat >"$work/own.yaml" <<-'END'
	- list: namespace_scope_network_only_subnet
	  items: [bw-pods]
	  override: {items: append}
	- rule: More names
	  desc: Has the names looked up, and no more.
	  condition: evt.type = connect and proc.name = nobody-at-all and fd.sip.name in (pod.test, server.test)
	  output: a name
	  priority: DEBUG
END
cat /etc/hosts - >"$work/hosts" <<-END
	198.51.100.10 kubernetes.default.svc.cluster.local
	198.51.100.7 server.test
	10.88.77.2 pod.test
END
agent_with_hosts "$work/hosts"
start_agent agent.out -c "$work/up.conf" --rules "$sentinel_rules" --rules "${files[0]}" --rules "${files[1]}" \
	--rules "$work/own.yaml" --all-matches --enable '*' || exit 1
"$work/p/httpd" open_late "$late_mark" /etc/shadow 6 >/dev/null 2>&1 &
late=$!
unshare -n -m --propagation private sh "$work/run.sh" >"$work/log" 2>"$work/err"
rt_run runc box >>"$work/log" 2>>"$work/err"
[ -n "$pod_why" ] || rt_run cri pod >>"$work/log" 2>>"$work/err"
wait "$late"
sentinel up.json
stop_agent

n_stable=0 seen_stable=0 n_incubating=0 seen_incubating=0
for i in "${!rules[@]}"; do
	rule=${rules[i]} set=incubating
	! grep -qxF -- "- rule: $rule" "${files[0]}" || set=stable
	declare -n n=n_$set seen=seen_$set
	n=$((n + 1))
	if [ "${wheres[i]}" = pod ] && [ -n "$pod_why" ]; then
		n_tests=$((n_tests + 1))
		echo "ok $n_tests - $set: $rule # SKIP $pod_why"
		continue
	fi
	by=$(mark_of "$i")
	[ "${wheres[i]}" != first ] || by=$first
	verdict=$(jq -rs --arg rule "$rule" --arg by "$by" --arg where "${wheres[i]}" "$never_null"'
		[.[] | select(.rule == $rule and (.output_fields | tostring | contains($by)))] as $of
		| if $of == [] then "no alert"
		  else [$of[].output_fields | . as $fields | [to_entries[]
				| select(.value == null and (may_be_null($fields["evt.type"]; .key) | not)) | .key]]
			| min_by(length) | if . == [] then "ok" else "null: " + join(" ") end end' "$work/up.json")
	why=$(sed -n "s/^$i //p" "$work/log")
	ok "$set: $rule" test "$verdict" = ok
	if [ "$verdict" = ok ]; then
		seen=$((seen + 1))
	else
		echo "#   $verdict; the deed ended with: ${why:-nothing}"
	fi
	unset -n n seen
done
echo "# stable: $seen_stable of $n_stable, incubating: $seen_incubating of $n_incubating"
while read -r rule; do
	grep -qxF -- "$rule" <(printf '%s\n' "${rules[@]}") || tap 1 "there is a deed for: $rule"
done < <(sed -n 's/^- rule: //p' "${files[@]}")
ok 'every line is JSON' is_json "$work/up.json"
ok 'the names of rules are known' grep -q ': host names in rules: 3, 0 not known' "$work/agent.out.err"
live_end
