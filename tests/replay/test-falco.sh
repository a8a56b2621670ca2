#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-falco.sh BUILD-DIR -- the command line: check, eval, list, selecting rules, and
# Falco's own options.  Needs no rights and no kernel.
set -u
cd "$(dirname "$0")/../.." || exit 1
agent=$PWD/$1/bpfwatch
case $1 in /*) agent=$1/bpfwatch ;; esac
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
export TZ=UTC
failed=0

# Run it: $status, out, err.
run() {
	"$agent" "$@" >out 2>err </dev/null
	status=$?
}

result() {
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		sed 's/^/# out: /' out | head -n 20
		sed 's/^/# err: /' err | head -n 20
		failed=1
	fi
}

# gives DESC STATUS PATTERN ARGUMENT...: that status, and a line of standard output matches.
gives() {
	local desc=$1 want=$2 pattern=$3
	shift 3
	run "$@"
	[ "$status" = "$want" ] && grep -qE -- "$pattern" out
	result $? "$desc"
}

# refuses DESC STATUS TEXT ARGUMENT...: that status, and standard error holds the text.
refuses() {
	local desc=$1 want=$2 text=$3
	shift 3
	run "$@"
	[ "$status" = "$want" ] && grep -qF -- "$text" err
	result $? "$desc"
}

# json DESC EXPRESSION: standard output is JSON `d`, of which the Python expression holds.
json() {
	python3 -c 'import json, sys
d = json.load(open("out"))
sys.exit(0 if eval("(" + sys.argv[1] + ")") else 1)' "$2"
	result $? "$1"
}

cat >r.yaml <<'END'
- list: shells
  items: [bash, sh]
- macro: shell
  condition: proc.name in (shells)
- rule: Shell
  desc: a shell runs
  condition: evt.type = execve and shell
  output: shell %proc.name by %user.uid
  priority: WARNING
  tags: [T1059, host]
- rule: Any exec
  desc: an exec
  condition: evt.type = execve
  output: exec %proc.name
  priority: INFO
  tags: [noisy]
- rule: Off
  desc: off
  condition: evt.type in (open, openat)
  output: opened %fd.name
  priority: NOTICE
  enabled: false
END
cat >e.events <<'END'
host hostname=web1 epoch=1700000000
proc tgid=1 path=/sbin/init
exec time=10000.006 tgid=60 parent=1 path=/bin/sh argv=[sh,-c,id]
exec time=10000.007 tgid=61 parent=1 path=/bin/cat argv=[cat]
open time=10000.008 tgid=61 parent=1 path=/etc/shadow
END
cat >broken.yaml <<'END'
- rule: Broken
  desc: d
  condition: evt.type = opne and proc.nme = x
  output: o
  priority: Warning
- rule: Also broken
  desc: d
  condition: evt.type = open and shel
  output: o %proc.nme
  priority: WARNING
END

# --- check

refuses 'check tells every error of a file' 1 "Undefined macro 'shel'" check broken.yaml
[ "$(grep -c ': error: ' err)" = 3 ]
result $? 'and no more'
grep -qF "did you mean 'open'?" err
result $? 'check proposes the name that was meant'
cat >blind.yaml <<'END'
- rule: Data read
  desc: d
  condition: evt.type in (read, readv) and proc.name exists
  output: o
  priority: INFO
END
refuses 'check names what can never match here' 0 \
	"blind.yaml:1:3: note: rule 'Data read' can never match here: events that are not delivered: read, readv" \
	check blind.yaml
run check --json broken.yaml r.yaml
[ "$status" = 1 ]
result $? 'check --json keeps the exit status'
json 'check --json has a result for each file' \
	'[(r["name"], r["successful"]) for r in d["falco_load_results"]] == [("broken.yaml", False), ("r.yaml", True)]'
json 'and every key that Falco has' \
	'all(sorted(r) == ["errors", "name", "schema_valid", "schema_warnings", "successful", "warnings"] for r in d["falco_load_results"])
	and all(sorted(e) == ["code", "codedesc", "context", "message"] for e in d["falco_load_results"][0]["errors"])
	and sorted(d["falco_load_results"][0]["errors"][0]["context"]) == ["locations", "snippet"]'
json 'and the schema' \
	'[r["schema_valid"] for r in d["falco_load_results"]] == ["failed", "ok"]'
json 'and places from the file to the condition' \
	'[l["item_type"] for l in d["falco_load_results"][0]["errors"][0]["context"]["locations"]] == ["rules content", "rule", "rule condition", "condition expression"]'
gives 'check --condition accepts a condition' 0 '^0 errors' check --condition 'evt.type = open and fd.name exists'
gives 'check --condition knows the macros of --rules' 0 '^0 errors' check --condition shell --rules r.yaml
refuses 'check --condition tells the column' 1 'condition:1:25: error' check --condition 'evt.type = open and not shell'
refuses 'check takes a condition or paths' 2 'check takes' check --condition a r.yaml
refuses 'check of a file that is not there' 2 'no.yaml' check no.yaml

# --- eval

printf '%s\n' '{"evt.type":"execve","proc.name":"sh"}' '' \
	'{"output_fields":{"evt.type":"execve","proc.name":"cat"}}' >lines
"$agent" eval 'evt.type = execve and shell' --rules r.yaml <lines >out 2>err
[ "$(cat out)" = "$(printf 'true\nfalse')" ]
result $? 'eval gives a verdict for each line'
"$agent" eval --explain 'proc.name = cat' <lines >out 2>err
grep -qxF '  false  proc.name = cat  [proc.name: "sh"]' out
result $? 'eval --explain shows the value that was compared'
echo 'no json' | "$agent" eval 'proc.name = cat' >out 2>err
[ $? = 1 ] && grep -qF 'line 1 of standard input: not JSON' err
result $? 'eval refuses what is no JSON'
refuses 'eval refuses a wrong condition' 1 'condition:1:1: error' eval 'proc.nme = x'
refuses 'eval wants a condition' 2 'eval needs' eval
"$agent" eval 'proc.name = cat' <lines >/dev/full 2>err
[ $? = 3 ]
result $? 'eval on a full disk'

# --- list

gives 'list rules shows the condition with its macros put in' 0 \
	'condition +\(evt.type = execve and proc.name in \(bash, sh\)\)' list rules --rules r.yaml
gives 'and what is disabled' 0 '^Notice +Off \(disabled\)$' list rules --rules r.yaml
gives 'list macros' 0 '^shell$' list macros --rules r.yaml
# shellcheck disable=SC2016 # markdown
gives 'list lists in markdown' 0 '^\| `shells` \| `bash, sh` \| yes \|' list lists --rules r.yaml --format markdown
# shellcheck disable=SC2016
gives 'list fields in markdown' 0 '^\| `proc.name` \| CHARBUF \|' list fields --format markdown
run list fields --format json
json 'list fields in JSON' 'any(f["name"] == "proc.name" for f in d["fields"])'
run list events --format json
json 'list events in JSON' 'any(e["name"] == "openat" and e["delivered"] for e in d["events"])'
run list rules --format json --rules r.yaml --disable 'Any*'
json 'list rules in JSON' \
	'[(r["info"]["name"], r["info"]["enabled"]) for r in d["rules"]] == [("Shell", True), ("Any exec", False), ("Off", False)]'
refuses 'list of something else' 2 'list needs' list things

# --- selecting rules

# alerts ARGUMENT...: names of the rules that alert.
alerts() {
	run replay e.events --rules r.yaml --output json "$@"
	sed -E 's/.*"rule":"([^"]*)".*/\1/' out | paste -sd,
}

[ "$(alerts)" = 'Shell,Any exec' ]
result $? 'the first rule that matches alerts'
[ "$(alerts --rule-matching all)" = 'Shell,Any exec,Any exec' ]
result $? '--rule-matching all: every rule does'
[ "$(alerts --disable tag:noisy --enable Off)" = 'Shell,Off' ]
result $? '--disable by tag, --enable by name'
[ "$(alerts --disable '*' --enable 'Any*')" = 'Any exec,Any exec' ]
result $? 'in the order given'
[ "$(alerts --priority warning)" = 'Shell' ]
result $? '--priority leaves out what is less severe'

# --- Falco's options

replay=(-o engine.kind=replay -o engine.replay.capture_file=e.events)
gives "Falco's text line, by Falco's options" 0 \
	'^01:00:00\.006000000: Warning shell sh by 0$' -r r.yaml "${replay[@]}"
gives 'and what it prints at its end' 0 '^   WARNING: 1$' -r r.yaml "${replay[@]}"
gives 'a text appended by -p' 0 'Warning shell sh by 0 pid 60$' -r r.yaml "${replay[@]}" -p 'pid %proc.pid'
gives 'ISO 8601 time' 0 '^2023-11-15T01:00:00\.006000000\+0000: Warning' \
	-r r.yaml "${replay[@]}" -o time_format_iso_8601=true
run -r r.yaml "${replay[@]}" -o json_output=true -o json_include_message_property=true \
	-o json_include_tags_property=false -o static_fields.env=prod \
	-o 'append_output[]={match: {rule: Shell}, extra_output: "in %static.env", extra_fields: [proc.pid, {who: "%proc.name!"}]}'
head -n 1 out >first && mv first out
json 'JSON by -o, with message, extra output and fields' \
	'd["message"] == "shell sh by 0 in prod" and d["output"].endswith(": Warning shell sh by 0 in prod")
	and "tags" not in d and d["output_fields"]["proc.pid"] == 60 and d["output_fields"]["who"] == "sh!"
	and d["output_fields"]["static.env"] == "prod"'
refuses 'an output with a static field that nobody defined' 1 'unknown filter: static.env' \
	-r r.yaml "${replay[@]}" -o 'append_output[]={extra_output: "in %static.env"}'
sed 's/condition: .*/& and static.env = prod/' r.yaml >static.yaml
refuses 'a condition with one' 1 'nonexistent field static.env' -r static.yaml "${replay[@]}"
gives 'what the configuration defines' 0 'Warning shell sh by 0$' -r static.yaml "${replay[@]}" \
	-o static_fields.env=prod
refuses 'an unknown field in append_output' 1 'unknown filter: no.such' \
	-r r.yaml "${replay[@]}" -o 'append_output[]={extra_fields: [no.such]}'
gives 'suggested output' 0 'by 0 container_id=host .* static_env=prod$' -r r.yaml "${replay[@]}" \
	-o 'append_output[]={suggested_output: true}' -o static_fields.env=prod
run -r r.yaml "${replay[@]}" -o webserver.enabled=true -o webserver.listen_port=1 -o foo=2
[ "$(grep -c 'ignored: webserver, foo$' err)" = 1 ]
result $? 'keys without a meaning are named once'
cat >falco.yaml <<'END'
rules_files: [r.yaml, empty.d]
json_output: ${JSON}
rules:
  - disable: {rule: "*"}
  - enable: {tag: noisy}
stdout_output: {enabled: false}
file_output: {enabled: true, keep_alive: false, filename: alerts.log}
engine: {kind: replay, replay: {capture_file: e.events}}
log_level: info
END
mkdir empty.d
JSON=true run -c falco.yaml
[ "$status" = 0 ] && [ ! -s out ] && [ "$(grep -c '"rule":"Any exec"' alerts.log)" = 2 ]
result $? 'a falco.yaml: rules, selection, file output, variables'
refuses 'a rule file that is not there' 2 "no.yaml" -c falco.yaml -o 'rules_files=[no.yaml]'
refuses 'a configuration that is not there' 2 'none.yaml' -c none.yaml
refuses 'a wrong value, with its place' 2 'error: -o:1:1: not a priority' -c falco.yaml -o priority=x
refuses 'an override without value' 2 'expected key=value' -r r.yaml -o json_output
gives '-V says that a file is fine' 0 '^r.yaml: Ok$' -V r.yaml
gives '-V says where it is not' 1 '^LOAD_ERR_VALIDATE \(' -V r.yaml -V broken.yaml
grep -qxF 'broken.yaml: Invalid' out && grep -qxF "    rule 'Also broken': (broken.yaml:5:2)" out
result $? "in Falco's words"
cat >both.yaml <<'END'
- list: shell_binaries
  items: [sh]
- rule: Both
  desc: wrong in output and condition
  output: o %no.such
  priority: INFO
  condition: evt.type = opeen and proc.name in (shell_binarie)
END
run -V both.yaml
sed -n '/^------$/,/^LOAD/p' out >got
cat >want <<'END'
------
  output: o %no.such
          ^
------
LOAD_ERR_COMPILE_OUTPUT (Error compiling output): unknown filter: no.such
------
evt.type = opeen and proc.name in (shell_binarie)
           ^
------
LOAD_ERR_COMPILE_CONDITION (Error compiling condition): unknown event type opeen
END
cmp -s got want
result $? '-V shows the lines, and a rule'"'"'s output before its condition'
run check both.yaml
[ "$status" = 1 ] && grep -qxF "both.yaml:7:49: note: there is no list 'shell_binarie', so it is compared as a text; did you mean 'shell_binaries'?" err
result $? 'check has a note for a list that is nearly there'
run -V broken.yaml -o json_output=true
json '-V in JSON' 'd["falco_load_results"][0]["successful"] == False'
gives '-L lists rules with their description' 0 '^Shell +a shell runs$' -L -r r.yaml
gives '-l describes one' 0 '^Off +off$' -l Off -r r.yaml
refuses '-l of a rule that is not there' 2 "no rule 'None'" -l None -r r.yaml
gives '--list -N prints names alone' 0 '^proc\.name$' --list -N
# shellcheck disable=SC2016
gives '--list=syscall --markdown' 0 '^\| `proc.name`' --list=syscall --markdown
refuses '--list of another source' 2 "option '--list' does not take 'k8s_audit'" --list=k8s_audit
gives '--list-events' 0 '^openat ' --list-events
gives '-i names events that are not delivered' 0 '^[a-z]' -i
gives '--dry-run tells what would be watched' 0 'event types:.* execve' --dry-run -r r.yaml
refuses '--dry-run fails on broken rules' 1 'broken.yaml:3:25: error' --dry-run -r broken.yaml
gives '--version' 0 '^bpfwatch [0-9.]+ \(rule language: Falco engine 0\.63\.0\)$' --version
run --version -o json_output=true
json '--version in JSON' 'd["engine_version_semver"] == "0.63.0"'
run --support -r r.yaml
json '--support' 'd["rules_files"] == ["r.yaml"] and d["system_info"]["sysname"] == "Linux"'
refuses 'the only source cannot be disabled' 2 'cannot disable all' --disable-source syscall -r r.yaml
gives 'a pid file, and unbuffered output' 0 Warning -U -P pid --enable-source syscall -r r.yaml "${replay[@]}"
[ ! -e pid ]
result $? 'the pid file is gone at the end'
refuses 'an option that nobody has' 2 "no option '--nonsense'" --nonsense
run --help
[ "$status" = 0 ] && [ "$(wc -l <out)" -le 24 ]
result $? '--help fits on one screen'
exit $failed
