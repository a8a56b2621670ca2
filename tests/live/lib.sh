# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Library for live tests of the agent: source it from bash, then
#
#   live_init BUILD-DIR   Root and tools or the script ends with 77; a work directory $work that no
#                         rule finds suspicious, $agent, $deed, $deed32; a trap that cleans up.
#   start_agent OUT ARGS...
#                         Starts `bpfwatch ARGS`, standard output to $work/OUT, standard error to
#                         $work/OUT.err; returns when it is watching.
#   stop_agent [SIGNAL]   Ends it, by SIGTERM if nothing else is asked; its status is in $agent_status.
#   agent_with_hosts FILE [RESOLV.CONF]
#                         From now on agents find FILE in place of /etc/hosts, as does nobody else.
#   sentinel OUT          Does a deed and waits for its alert: what was done before has been judged
#                         by then.  Needs $sentinel_rules among the rules, before others.
#   alerts OUT JQ         Prints the alerts (compact) for which the filter is true.
#   has_alert DESC JQ, no_alert DESC JQ
#                         Ask whether there is an alert for which JQ is true.
#   judge OUT             Answers what was asked, by one line of TAP each.
#   ok DESC COMMAND...    One line of TAP: did the command succeed?
#   wait_for SECONDS COMMAND...
#   live_end              Prints the plan; the status is that of the script.
#
# A deed is told from whatever else happens on the machine by a marker: a word in its arguments or
# file names.  `JQ` may use `has_mark("word")`.

lib_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$lib_dir/../.." && pwd)
agent_pid=
agent_status=
n_tests=0
n_failed=0
work=

skip_all() {
	echo "# SKIP $*"
	exit 77
}

live_init() {
	local build tool
	build=$(cd "${1:?usage: $0 BUILD-DIR}" && pwd) || exit 1
	[ "$(id -u)" = 0 ] || skip_all 'needs root'
	for tool in jq ip unshare; do
		command -v "$tool" >/dev/null || skip_all "no $tool"
	done
	agent=$build/bpfwatch
	work=$(mktemp -d /var/lib/bpfwatch-live.XXXXXX) || exit 1
	trap live_cleanup EXIT
	trap 'exit 1' INT TERM HUP
	# Not the build directory's: that may lie below /tmp.
	# deed32 is there on x86-64 alone.
	cp "$build"/deeds/deed* "$work/" || exit 1
	chmod 755 "$work"
	deed=$work/deed
	# shellcheck disable=SC2034 # for the scripts
	deed32=$work/deed32
	sentinel_rules=$work/00-sentinel.yaml
	cat >"$sentinel_rules" <<-'END'
		- rule: Sentinel
		  desc: Tells the test that what came before has been judged.
		  condition: evt.type = execve and evt.res = SUCCESS and proc.args startswith "mark sentinel-"
		  output: sentinel %proc.cmdline
		  priority: DEBUG
	END
}

live_cleanup() {
	local status=$?
	trap - EXIT
	stop_agent KILL
	if declare -F rt_cleanup >/dev/null; then
		rt_cleanup
	fi
	if declare -F test_cleanup >/dev/null; then
		test_cleanup
	fi
	[ -z "$work" ] || rm -rf "$work"
	exit "$status"
}

wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.05
	done
}

tap() {
	n_tests=$((n_tests + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n_tests - $2"
	else
		n_failed=$((n_failed + 1))
		echo "not ok $n_tests - $2"
	fi
}

ok() {
	local desc=$1
	shift
	if "$@"; then
		tap 0 "$desc"
	else
		tap 1 "$desc"
	fi
}

live_end() {
	echo "1..$n_tests"
	[ "$n_failed" = 0 ]
	exit
}

agent_is_watching() {
	grep -q '^bpfwatch: watching' "$1" || ! kill -0 "$agent_pid"
}

start_agent() {
	local out=$work/$1
	shift
	"$agent" "$@" >"$out" 2>"$out.err" </dev/null &
	agent_pid=$!
	wait_for 30 agent_is_watching "$out.err" && kill -0 "$agent_pid" 2>/dev/null && return 0
	echo "# the agent does not watch:"
	sed 's/^/#   /' "$out.err"
	wait "$agent_pid"
	agent_status=$?
	agent_pid=
	[ "$agent_status" != 4 ] || skip_all 'this host cannot run the sensor'
	return 1
}

agent_with_hosts() {
	cat >"$work/agent-with-hosts" <<-END
		#!/bin/sh
		exec unshare -m --propagation private sh -c 'mount --bind "$1" /etc/hosts &&
			${2:+mount --bind "$2" /etc/resolv.conf &&} exec "$agent" "\$@"' sh "\$@"
	END
	chmod 755 "$work/agent-with-hosts"
	agent=$work/agent-with-hosts
}

stop_agent() {
	[ -n "$agent_pid" ] || return 0
	kill -s "${1:-TERM}" "$agent_pid" 2>/dev/null
	wait "$agent_pid" 2>/dev/null
	agent_status=$?
	agent_pid=
}

# shellcheck disable=SC2016 # of jq
jq_prelude='def has_mark($word): .output_fields | tostring | contains($word);'

alerts() {
	jq -c "$jq_prelude select($2)" "$work/$1"
}

sentinel_seen() {
	grep -qF "mark $2\"" "$work/$1"
}

n_sentinels=0
sentinel() {
	n_sentinels=$((n_sentinels + 1))
	"$deed" mark "sentinel-$$-$n_sentinels"
	wait_for 30 sentinel_seen "$1" "sentinel-$$-$n_sentinels" ||
		echo "# no alert for sentinel-$$-$n_sentinels"
}

# Questions for judge: one jq for all of them, a process for each would take most of the time.
asked_desc=() asked_want=() asked_filter=()
has_alert() {
	asked_desc+=("$1") asked_want+=(true) asked_filter+=("$2")
}

no_alert() {
	asked_desc+=("$1") asked_want+=(false) asked_filter+=("$2")
}

judge() {
	# shellcheck disable=SC2016 # of jq
	local i=0 answer program=$jq_prelude' . as $alerts | true'
	for i in "${!asked_filter[@]}"; do
		program+=", (\$alerts | any(.[]; ${asked_filter[i]}))"
	done
	mapfile -t answers < <(jq -s "$program" "$work/$1")
	for i in "${!asked_filter[@]}"; do
		answer=${answers[i + 1]-none}
		if [ "$answer" = "${asked_want[i]}" ]; then
			tap 0 "${asked_desc[i]}"
		else
			tap 1 "${asked_desc[i]}"
			echo "#   an alert with: ${asked_filter[i]//[$'\n\t']/ }: $answer"
		fi
	done
	asked_desc=() asked_want=() asked_filter=()
}

is_json() {
	jq -es 'length > 0' "$1" >/dev/null
}

# rules_tagged TAG: the rules of rules/ with that tag, a name a line.
rules_tagged() {
	awk -v tag="$1" '
		/^- rule: / { name = substr($0, 9) }
		/^  tags: \[/ {
			n = split(substr($0, 10, length($0) - 10), tags, ", ")
			for (i = 1; i <= n; i++)
				if (tags[i] == tag)
					print name
		}' "$repo"/rules/*.yaml
}
