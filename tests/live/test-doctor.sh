#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-doctor.sh BUILD-DIR
#
# What `bpfwatch doctor` says of a host is so, on any kernel: asked again by other means.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

live_init "$@"
# Another user must reach it.
mkdir -m 755 "$work/bin" || exit 1
install -m 755 "$agent" "$work/bin/bpfwatch" || exit 1
doctor=$work/bin/bpfwatch

"$doctor" doctor --json >"$work/all.json" 2>"$work/all.err"
status=$?
# value TOPIC NAME [FILE]: what doctor found.
value() {
	jq -r --arg topic "$1" --arg name "$2" \
		'.findings[] | select(.topic == $topic and .name == $name) | .value' "${3:-$work/all.json}"
}
# is DESC WANT GOT
is() {
	if [ "$2" = "$3" ]; then
		tap 0 "$1"
	else
		tap 1 "$1"
		echo "#   '$2' wanted, '$3' found"
	fi
}
# holds FILTER FILE
# shellcheck disable=SC2317 # by ok
holds() {
	jq -e "$1" "$2" >/dev/null
}
# yes_if COMMAND...
yes_if() {
	if "$@" >/dev/null 2>&1; then echo yes; else echo no; fi
}

ok 'doctor prints JSON' holds '.findings | length > 20' "$work/all.json"
ok 'nothing on standard error' [ ! -s "$work/all.err" ]
case $(jq -r .verdict "$work/all.json") in
well) want=0 ;;
degraded) want=1 ;;
*) want=2 ;;
esac
is 'the exit status is the verdict' "$want" "$status"
# shellcheck disable=SC2016 # of jq
ok 'the verdict is the worst finding' holds '{well: 0, degraded: 1, broken: 2} as $rank
	| ([.findings[] | $rank[.state]] | max) == $rank[.verdict]' "$work/all.json"
ok 'what is not well says why' holds '[.findings[] | select(.state != "well" and .note == "")] == []' "$work/all.json"

is 'kernel release' "$(uname -r)" "$(value kernel release)"
is 'machine' "$(uname -m)" "$(value kernel machine)"
is 'type information' "$(yes_if test -s /sys/kernel/btf/vmlinux)" "$(value kernel btf)"
cap_eff=$((16#$(awk '/^CapEff:/ { print $2 }' /proc/self/status)))
for cap in CAP_BPF:39 CAP_PERFMON:38 CAP_SYS_ADMIN:21 CAP_SYS_RESOURCE:24 CAP_SYS_PTRACE:19; do
	is "$cap" "$(yes_if test $((cap_eff >> ${cap#*:} & 1)) = 1)" "$(value rights "${cap%:*}")"
done
if [ -r /proc/sys/kernel/unprivileged_bpf_disabled ]; then
	is 'unprivileged_bpf_disabled' "$(cat /proc/sys/kernel/unprivileged_bpf_disabled)" \
		"$(value rights unprivileged-bpf-disabled)"
fi
is 'memlock' "$(ulimit -H -l | awk '{ print $1 == "unlimited" ? $1 : $1 * 1024 }')" "$(value memory memlock)"

v1=$(awk '$3 == "cgroup"' /proc/mounts | wc -l)
v2=$(awk '$3 == "cgroup2"' /proc/mounts | wc -l)
case $((v1 > 0)):$((v2 > 0)) in
1:1) mode=hybrid ;;
1:0) mode=v1 ;;
0:1) mode=v2 ;;
*) mode=none ;;
esac
is 'cgroup mode' "$mode" "$(value cgroups mode)"
ids=v2
for controller in memory pids cpuset cpu; do
	number=$(awk -v c="$controller" '$1 == c { print $2 }' /proc/cgroups 2>/dev/null)
	if [ "${number:-0}" != 0 ]; then
		ids=v2+$number
		break
	fi
done
is 'hierarchies whose ids records carry' "$ids" "$(value cgroups ids)"

# A 32-bit program runs or it does not.  (The shell would tell of its death.)
if [ -x "$deed32" ]; then
	if ("$deed32" mark doctor) >/dev/null 2>&1; then runs=on; else runs=off; fi
	is '32-bit calls' "$runs" "$(value calls32 emulation)"
fi

# Each hook: as the kernel's own list of callbacks has it.
if command -v bpftool >/dev/null && bpftool btf dump id 1 >"$work/btf" 2>/dev/null; then
	has() {
		grep -q "TYPEDEF 'btf_trace_$1'" "$work/btf"
	}
	# hook NAME TRACEPOINT...: live or a fallback only if all are there, and else missing.
	hook() {
		local name=$1 want=there found
		shift
		for tracepoint; do
			has "$tracepoint" || want=missing
		done
		found=$(value hook "$name")
		case $found in live | fallback) found=there ;; esac
		is "hook $name" "$want" "$found"
	}
	hook life sched_process_exec sched_process_fork sched_process_exit
	hook cgroups cgroup_mkdir cgroup_rmdir cgroup_rename cgroup_attach_task
	hook calls sys_exit
	hook exec-before sched_prepare_exec
	hook names task_rename
	hook connections inet_sock_set_state
	hook packets net_dev_queue
	if has io_uring_submit_req; then
		hook uring io_uring_submit_req
	else
		hook uring io_uring_submit_sqe
	fi
	is 'iterator of tasks' "$(yes_if grep -q "STRUCT 'bpf_iter__task'" "$work/btf")" "$(value kernel iter-task)"
	is 'helper bpf_task_pt_regs' "$(yes_if grep -q 'BPF_FUNC_task_pt_regs' "$work/btf")" "$(value kernel task-pt-regs)"
else
	echo '# SKIP no bpftool, or it cannot read the types: hooks are not asked again'
fi

# What doctor says that would be loaded is what watch loads, and nothing else.
cat >"$work/clone.yaml" <<'END'
- rule: Clone
  desc: No hook on system calls sees a process begin.
  condition: evt.type in (clone, clone3, fork, vfork, procexit)
  output: began %evt.type
  priority: DEBUG
END
cat >"$work/exec.yaml" <<'END'
- rule: Exec
  desc: What succeeds is seen without a hook on system calls.
  condition: evt.type in (execve, execveat) and evt.res = SUCCESS
  output: executed %proc.exepath
  priority: DEBUG
END
cat >"$work/bpf.yaml" <<'END'
- rule: Bpf
  desc: One call of those without a program of their own.
  condition: evt.type = bpf
  output: bpf %evt.type
  priority: DEBUG
END
# programs FILE...: what doctor would load for them, in order.
programs() {
	local args=()
	for file; do args+=(--rules "$file"); done
	"$doctor" doctor --json "${args[@]}" | jq -r '.findings[] | select(.topic == "program") | .name' | sort
}
programs "$work/clone.yaml" >"$work/clone.programs"
programs "$work/exec.yaml" >"$work/exec.programs"
programs "$work/bpf.yaml" >"$work/bpf.programs"
ok 'process life alone: programs' grep -qx on_exec "$work/clone.programs"
ok 'process life alone: nothing at the exit of system calls' \
	test "$(grep -cxE 'on_(sys_exit|open|connect|cred|call|chdir|exec_fail|packet|tcp_state|ring_.*|rename)' "$work/clone.programs")" = 0
is 'execs that succeed: no more than that' "$(cat "$work/clone.programs")" "$(cat "$work/exec.programs")"
is 'one call: its program, the dispatcher, the sign of life, what keeps the working directory' 'on_call on_canary on_chdir on_sys_exit' \
	"$(grep -vxFf "$work/clone.programs" "$work/bpf.programs" | tr '\n' ' ' | sed 's/ $//')"

# loaded PID: names of the programs that the process holds, as the kernel has them (15 letters).
loaded() {
	local fd id
	for fd in /proc/"$1"/fdinfo/*; do
		id=$(awk '/^prog_id:/ { print $2 }' "$fd" 2>/dev/null)
		[ -z "$id" ] || bpftool -j prog show id "$id" 2>/dev/null | jq -r .name
	done | cut -c1-15 | sort -u
}
if [ "$status" != 2 ] && command -v bpftool >/dev/null && bpftool prog show >/dev/null 2>&1; then
	for rules in clone exec bpf; do
		start_agent "$rules.out" --rules "$work/$rules.yaml" || exit 1
		loaded "$agent_pid" >"$work/$rules.loaded"
		stop_agent
		cut -c1-15 "$work/$rules.programs" | sort -u >"$work/$rules.said"
		is "rules of $rules: what is loaded is what doctor said" "$(tr '\n' ' ' <"$work/$rules.said")" \
			"$(tr '\n' ' ' <"$work/$rules.loaded")"
	done
fi

# Rules that are blind.
cat >"$work/blind.yaml" <<'END'
- rule: Blind
  desc: No record says this.
  condition: evt.type = getpid
  output: never
  priority: DEBUG
- rule: Partly
  desc: Half of it.
  condition: evt.type in (chroot, getpid)
  output: sometimes
  priority: DEBUG
- rule: Sees
  desc: All of it.
  condition: evt.type = procexit
  output: always
  priority: DEBUG
END
"$doctor" doctor --json --rules "$work/blind.yaml" >"$work/blind.json"
status=$?
is 'a blind rule: named' 'blind' "$(value rule Blind "$work/blind.json")"
is 'a rule that sees half' 'partly' "$(value rule Partly "$work/blind.json")"
is 'a rule that sees all is not named' '' "$(value rule Sees "$work/blind.json")"
ok 'with the events it lacks' holds '.findings[] | select(.name == "Partly") | .note | contains("getpid")' "$work/blind.json"
ok 'a blind rule: not all is well' test "$status" -ge 1
if [ "$status" = 1 ]; then
	start_agent part.out --rules "$work/blind.yaml" || exit 1
	stop_agent
	ok 'watch says it in one line' grep -qx 'bpfwatch: warning: of 3 rules 1 are blind here and 1 in part.*' "$work/part.out.err"
	sed -n '/Partly/,$d; p' "$work/blind.yaml" >"$work/none.yaml"
	timeout 30 "$doctor" watch --seconds 1 --rules "$work/none.yaml" >"$work/none.out" 2>"$work/none.err"
	is 'watch refuses where no rule can match' 4 $?
	ok 'and says so' grep -q 'none of 1 rules can ever match here' "$work/none.err"
fi

# Without rights: said, and by the exit status too.
if command -v setpriv >/dev/null; then
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all \
		"$doctor" doctor --json >"$work/nobody.json" 2>"$work/nobody.err"
	is 'without rights: exit status' 2 $?
	is 'without rights: verdict' broken "$(jq -r .verdict "$work/nobody.json")"
	is 'without rights: no programs' no "$(value rights load-programs "$work/nobody.json")"
	is 'without rights: CAP_BPF' no "$(value rights CAP_BPF "$work/nobody.json")"
	is 'without rights: hooks are known all the same' "$(value hook calls)" "$(value hook calls "$work/nobody.json")"
fi

"$doctor" doctor --rules /nonexistent >/dev/null 2>"$work/usage.err"
is 'rules that cannot be read' 2 $?
"$doctor" doctor >"$work/text" 2>/dev/null
is 'text and JSON find the same' "$(jq '.findings | length' "$work/all.json")" "$(($(wc -l <"$work/text") - 1))"
live_end
