# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of the attack programs share; sourced behind lib.sh.  The table `cases` says what
# is run and what must be seen.
#
#   attacks_init DIR PROGRAM WHERE
#                         The cases for WHERE (host or runc): the scratch directory and the program
#                         are what they are called there.
#   attacks_script [N...] Prints a shell script that runs them all, or those, one line "N STATUS WHY" each.
#   attacks_agent         Starts the agent: our rules and those of visible.yaml, every rule that
#                         matches, all that tells who it was in each alert.
#   attacks_done LOG ID   All that was done has been judged.  What gave no alert is done once more if
#                         the agent told of losses: kernels since 7.0 skip its programs at times.
#                         The script defines attacks_do FILE: runs that script where the cases belong.
#   attacks_judge LOG ID  One line of TAP a case: LOG is what the script printed, ID the container.

attacks_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kinds=() rows=() wanted_rules=() commands=() conditions=()

trim() {
	local text=$1
	text=${text#"${text%%[! ]*}"}
	printf '%s' "${text%"${text##*[! ]}"}"
}

# mark_of N: one is never the beginning of another.
mark_of() { printf 'bw%s-%s-%03d-' "$$" "$attacks_where" "$1"; }

attacks_init() {
	local kind where row a b c text
	attacks_at=$1 attacks_program=$2 attacks_where=$3
	while IFS='|' read -r kind where row a b c; do
		kind=$(trim "$kind") where=$(trim "$where")
		case $kind in
		attack | twin) ;;
		*) continue ;;
		esac
		[ "$where" = both ] || [ "$where" = "$3" ] || continue
		[ "$kind" = attack ] || b=$a
		text=$(trim "$b")
		kinds+=("$kind") rows+=("$(trim "$row")") wanted_rules+=("$(trim "$a")")
		commands+=("$text")
		conditions+=("${c# }")
	done <"$attacks_dir/cases"
	for kind in "${!commands[@]}"; do
		commands[kind]=$(expand "$kind" "${commands[kind]}")
		conditions[kind]=$(expand "$kind" "${conditions[kind]}")
	done
}

expand() {
	local text=${2//@m/$(mark_of "$1")}
	text=${text//@d/$attacks_at}
	printf '%s' "${text//@x/$attacks_program}"
}

# What the cases find there; no shell but what busybox has.
attacks_setup() {
	cat <<-END
		cd $attacks_at || exit 1
		ip link set lo up
		for address in 203.0.113.7/32 10.1.2.3/32; do
			ip addr add \$address dev lo
		done
		ip -6 addr add 2001:db8::7/128 dev lo
		ip route add 198.51.100.0/24 dev lo
		echo 7 >/proc/sys/net/ipv4/tcp_fastopen
		mkdir -p jail mnt cg prey-dir prey-deep quiet-deep
		for file in prey-read prey-rename prey-truncate prey-chmod prey-xattr prey-times prey-unlink prey-over prey-lent \\
			quiet-read quiet-rename quiet-truncate quiet-chmod quiet-times quiet-lent quiet-1 quiet-2 quiet-3 quiet-4 over \\
			jail/inner jail/prey-inner; do
			echo something >\$file
		done
	END
}

attacks_script() {
	local i name args
	echo '#!/bin/sh'
	attacks_setup
	[ "$#" -gt 0 ] || set -- "${!commands[@]}"
	for i in "$@"; do
		name=${commands[i]%% *} args=${commands[i]#"${commands[i]%% *}"}
		# Other programs know their own mark.
		echo "why=\$($attacks_program $name $(mark_of "$i")$args 2>&1 >/dev/null </dev/null); echo $i \$? \$why"
	done
	echo 'echo done'
}

attacks_agent() {
	local fields=(evt.type evt.abi evt.res evt.rawres evt.args evt.truncated evt.claimed fd.name fd.nameraw
		fd.type fd.sip fd.sport fd.rip fd.rport fd.l4proto proc.name proc.args proc.cmdline proc.exepath proc.filename
		proc.is_exe_deleted proc.pname proc.pexepath proc.aname proc.creator.name proc.stdin.type user.uid thread.seccomp cred.before.uid
		cred.before.euid cred.before.egid cred.euid cred.egid cred.fsuid cred.gained_caps cred.cap_ambient
		container.id container.name evt.arg.oldpath evt.arg.newpath evt.arg.target evt.arg.linkpath evt.arg.path
		evt.arg.name evt.arg.mode evt.arg.filename evt.arg.flags evt.arg.domain evt.arg.request evt.arg.cmd evt.arg.dir)
	# shellcheck disable=SC2154 # of tests/live/lib.sh
	{
		echo 'json_output: true'
		echo 'stdout_output: {enabled: false}'
		echo "file_output: {enabled: true, keep_alive: true, filename: $work/attacks.json}"
		echo 'append_output:'
		echo '  - match: {source: syscall}'
		echo '    extra_fields:'
		printf '      - %s\n' "${fields[@]}"
	} >"$work/attacks.conf"
	# shellcheck disable=SC2154 # of tests/live/lib.sh
	start_agent agent.out -c "$work/attacks.conf" --rules "$sentinel_rules" --rules "$repo/rules" \
		--rules "$attacks_dir/visible.yaml" --all-matches
}

# The cases as JSON, for the judge.
attacks_json() {
	local i
	for i in "${!commands[@]}"; do
		printf '%s\t%s\t%s\t%s\t%s\n' "$i" "${kinds[i]}" "$(mark_of "$i")" "${wanted_rules[i]}" "${conditions[i]}"
	done | jq -R --arg x "$attacks_program" --arg id "$1" '
		split("\t") | {n: .[0], kind: .[1], mark: .[2], rule: .[3],
			want: ([.[4] | split("; ")[] | select(. != "")
				| capture("^(?<field>[a-z0-9_.]+)(?<op>[*^$]?)=(?<value>.*)$"; "m")] as $given
				| $given
				+ [{field: "proc.exepath", op: "", value: $x}, {field: "container.id", op: "", value: $id}
					| . as $own | select($given | any(.field == $own.field) | not)])}' | jq -s .
}

# shellcheck disable=SC2016 # of jq
attacks_jq='
def holds($of): .value as $v | $of[.field] as $have
	| if $have == null then false else ($have | tostring) as $text
	| if .op == "^" then $text | startswith($v) elif .op == "$" then $text | endswith($v)
	  elif .op == "*" then $text | contains($v) else $text == $v end end;
# Alerts by the marker that is in them.
(reduce .[] as $alert ({}; [$alert.output_fields | tostring | scan($prefix + "[0-9]{3}-")] as $marks
	| reduce ($marks | unique | .[]) as $mark (.; .[$mark] += [$alert]))) as $by_mark
| $cases[0][] | . as $case | ($by_mark[$case.mark] // []) as $seen
| [$case.n,
	if $case.kind == "twin" then
		([$seen[].rule] | unique - ["Test Program Run"]) as $rules
		| if $rules == [] then "ok" else "an alert of " + ($rules | join(", ")) end
	else
		[$seen[] | select(.rule == $case.rule)] as $of_rule
		| if $of_rule | any(.output_fields as $of | $case.want | all(holds($of))) then "ok"
		  elif $seen == [] then "no alert"
		  elif $of_rule == [] then "only alerts of " + ([$seen[].rule] | unique | join(", "))
		  else "the alert says otherwise: " + ([$of_rule[].output_fields as $of
				| [$case.want[] | select(holds($of) | not) | .field + "=" + ($of[.field] | tostring)] | join(" ")]
				| unique | join(" or ")) end
	end] | @tsv'

# attacks_verdicts ID: "N VERDICT" a case.
attacks_verdicts() {
	# shellcheck disable=SC2154 # of tests/live/lib.sh
	attacks_json "$1" >"$work/cases.json"
	jq -rs --arg prefix "bw$$-$attacks_where-" --slurpfile cases "$work/cases.json" "$attacks_jq" "$work/attacks.json"
}

# The agent looks at its counters each second.
agent_tells_losses() { grep -q 'events lost\|events may be lost' "$work/agent.out.err"; }

attacks_done() {
	local i again=()
	sentinel attacks.json
	mapfile -t again < <(attacks_verdicts "$2" | sed -n 's/\tno alert$//p')
	[ "${#again[@]}" -gt 0 ] && wait_for 3 agent_tells_losses || return 0
	echo "# the agent told of losses: cases ${again[*]} are done once more"
	{
		echo "cd $attacks_at || exit 1"
		for i in "${again[@]}"; do
			echo "rm -rf ./*$(mark_of "$i")* /tmp/*$(mark_of "$i")*"
		done
		attacks_script "${again[@]}"
	} >"$work/again.sh"
	attacks_do "$work/again.sh" >>"$1" 2>>"$work/err"
	sentinel attacks.json
}

are_alerts() { jq -es 'all(.[]; type == "object" and has("rule"))' "$1" >/dev/null; }

attacks_judge() {
	local i verdict status why
	local -A statuses=() whys=() verdicts=()
	while read -r i status why; do
		statuses[$i]=$status whys[$i]=$why
	done <"$1"
	while IFS=$'\t' read -r i verdict; do
		verdicts[$i]=$verdict
	done < <(attacks_verdicts "$2")
	for i in "${!commands[@]}"; do
		status=${statuses[$i]-lost}
		verdict=${verdicts[$i]-not judged}
		why=${kinds[i]}:\ ${rows[i]}:\ ${commands[i]//"$(mark_of "$i")"/@m}
		[ "${kinds[i]}" = twin ] || why+=" => ${wanted_rules[i]}"
		case $status in
		0)
			ok "$why" test "$verdict" = ok
			[ "$verdict" = ok ] || echo "#   $verdict"
			;;
		77)
			n_tests=$((n_tests + 1))
			echo "ok $n_tests - $why # SKIP ${whys[$i]}"
			;;
		*)
			tap 1 "$why"
			echo "#   it had no effect: $status ${whys[$i]-}"
			;;
		esac
	done
	ok 'every line is a JSON object' are_alerts "$work/attacks.json"
	ok 'one line is one object' test "$(wc -l <"$work/attacks.json")" = "$(jq -c . "$work/attacks.json" | wc -l)"
}
