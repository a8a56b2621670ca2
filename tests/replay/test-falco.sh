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
cat >want <<'END'
{"falco_load_results":[{"errors":[{"code":"LOAD_ERR_VALIDATE","codedesc":"Error validating rule/macro/list/exception objects","context":{"locations":[{"item_name":"","item_type":"rules content","position":{"column":0,"line":0,"name":"one.yaml","offset":0}},{"item_name":"Broken","item_type":"rule","position":{"column":2,"line":0,"name":"one.yaml","offset":2}},{"item_name":"","item_type":"condition expression","position":{"column":23,"line":1,"name":"\"evt.type = open a...\"","offset":22}}],"snippet":"evt.type = open and nope\n                    ^\n"},"message":"Undefined macro 'nope' used in filter."}],"name":"one.yaml","schema_valid":"ok","schema_warnings":[],"successful":false,"warnings":[]}]}
END
printf -- '- rule: Broken\n  desc: d\n  condition: evt.type = open and nope\n  output: o\n  priority: WARNING\n' >one.yaml
for command in 'check --json one.yaml' '-V one.yaml -o json_output=true'; do
	# shellcheck disable=SC2086 # words
	"$agent" $command | diff want - >err
	result $? "$command prints the report, byte for byte"
done
run check --json broken.yaml r.yaml
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
json 'events of which some uses alone are seen say so' \
	'{e["name"]: e["note"] for e in d["events"] if "note" in e} == {"fcntl": "F_DUPFD and F_DUPFD_CLOEXEC only",
	"mmap": "with PROT_EXEC only", "mprotect": "with PROT_EXEC only", "pkey_mprotect": "with PROT_EXEC only"}'
gives 'and in the table' 0 '^mprotect +delivered: with PROT_EXEC only$' list events
run list rules --format json --rules r.yaml --disable 'Any*'
json 'list rules in JSON' \
	'[(r["info"]["name"], r["info"]["enabled"]) for r in d["rules"]] == [("Shell", True), ("Any exec", False), ("Off", False)]'
json 'with all that it knows of a rule' \
	'd["rules"][0]["info"] == {"name": "Shell", "description": "a shell runs", "condition": "evt.type = execve and shell",
	"output": "shell %proc.name by %user.uid", "priority": "Warning", "source": "syscall", "enabled": True, "tags": ["T1059", "host"]}
	and d["rules"][0]["details"] == {"condition_compiled": "(evt.type = execve and proc.name in (bash, sh))", "events": ["execve", "execveat"]}'
run list fields --format json
json 'every field has name, type, flags and a description' \
	'len(d["fields"]) > 300 and all(f["name"] and f["type"] and f["desc"] and isinstance(f["flags"], list) for f in d["fields"])
	and any("always null here" in f["flags"] for f in d["fields"])'
cp out fields.json
run list fields
python3 -c 'import json, sys
sys.exit([f["name"] for f in json.load(open("fields.json"))["fields"]] != [l.split()[0] for l in open("out")])'
result $? 'and the text has the same'
run list macros --format json --rules r.yaml
json 'list macros in JSON' 'd == {"macros": [{"name": "shell", "text": "proc.name in ( bash, sh )", "used": True}]}'
run list lists --format json --rules r.yaml
json 'list lists in JSON' 'd == {"lists": [{"name": "shells", "text": "bash, sh", "used": True}]}'
# shellcheck disable=SC2016
gives 'list rules in markdown' 0 '^- \*\*condition:\*\* `\(evt.type = execve and proc.name in \(bash, sh\)\)`$' \
	list rules --format markdown --rules r.yaml
[ "$(grep -c '^## ' out)" = 3 ] && grep -qxF -- '- **tags:** T1059, host' out && grep -qxF -- '- **priority:** Notice (disabled)' out
result $? 'with tags, priority and what is disabled'
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
cat >twins.yaml <<'END'
- rule: Cat
  desc: d
  condition: evt.type = execveat and proc.exepath = /usr/bin/cat
  output: cat by another call and name
  priority: INFO
END
gives 'twins, as they are by default' 0 'cat by another call and name$' -r twins.yaml "${replay[@]}"
run -r twins.yaml "${replay[@]}" -o twins=false
[ "$status" = 0 ] && ! grep -q 'by another' out
result $? 'twins: false takes rules by the letter'
run -r twins.yaml "${replay[@]}" --twins off
[ "$status" = 0 ] && ! grep -q 'by another' out
result $? 'so does --twins off'
gives 'which beats the configuration' 0 'by another' -r twins.yaml "${replay[@]}" -o twins=false --twins on
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
refuses 'sources are enabled or disabled' 2 'cannot be given together' \
	--enable-source syscall --disable-source syscall -r r.yaml
refuses 'a source that is not there' 2 "'--enable-source' does not take 'k8s_audit'" --enable-source k8s_audit -r r.yaml
[ "$(getconf PAGESIZE)" -gt 0 ] && run --page-size && [ "$(cat out)" = "Your system page size is: $(getconf PAGESIZE) bytes" ]
result $? '--page-size'

# is DESC TEXT ARGUMENT...: status 0, and standard output is the text.
is() {
	local desc=$1 text=$2
	shift 2
	run "$@"
	[ "$status" = 0 ] && [ "$(cat out)" = "$text" ]
	result $? "$desc"
}

summary='Events detected: 2
Rule counts by severity:
   WARNING: 1
   INFO: 1
Triggered rules by rule name:
   Shell: 1
   Any exec: 1'
shell='01:00:00.006000000: Warning shell sh by 0'
exec='01:00:00.007000000: Informational exec cat'
is "the whole of Falco's text" "$shell
$exec
$summary" -r r.yaml "${replay[@]}"
for preset in c container k kubernetes; do
	is "-p$preset changes nothing" "$shell
$exec
$summary" -r r.yaml "${replay[@]}" -p$preset
done
is '-p joined to its text' "$shell pid=60
$exec pid=61
$summary" -r r.yaml "${replay[@]}" '-ppid=%proc.pid'
is '-M 0 is no end' "$shell
$exec
$summary" -r r.yaml -r empty.d "${replay[@]}" -M 0
is 'and a directory without rules is fine beside others' "$shell
$exec
$summary" -r empty.d -r r.yaml -e e.events
refuses 'but not alone' 2 "no rule file" -r empty.d -e e.events
run -V r.yaml -V broken.yaml
cat >want <<'END'
r.yaml: Ok
broken.yaml: Invalid
1 Schema warnings:
failed for <root>[0][priority]: 'Warning' is none of the allowed values
3 Errors:
In rules content: (broken.yaml:0:0)
    rule 'Broken': (broken.yaml:0:2)
    rule condition: (broken.yaml:2:13)
    condition expression: ("evt.type = opne a...":3:25)
------
evt.type = opne and proc.nme = x
           ^
------
LOAD_ERR_COMPILE_CONDITION (Error compiling condition): unknown event type opne
In rules content: (broken.yaml:0:0)
    rule 'Also broken': (broken.yaml:5:2)
    rule output: (broken.yaml:8:10)
------
  output: o %proc.nme
          ^
------
LOAD_ERR_COMPILE_OUTPUT (Error compiling output): unknown filter: proc.nme
In rules content: (broken.yaml:0:0)
    rule 'Also broken': (broken.yaml:5:2)
    condition expression: ("evt.type = open a...":6:23)
------
evt.type = open and shel
                    ^
------
LOAD_ERR_VALIDATE (Error validating rule/macro/list/exception objects): Undefined macro 'shel' used in filter.
END
diff want out >err
result $? '-V in text, whole'
is '-l in text, whole' 'Rule                                               Description
----                                               -----------
Off                                                off' -l Off -r r.yaml

cat >described.yaml <<'END'
- required_engine_version: 0.31.0
- required_plugin_versions:
  - name: container
    version: 0.2.4
- list: shells
  items: [bash, sh]
- list: more
  items: [shells, zsh]
- macro: shell
  condition: proc.name in (more) and proc.aname[2] startswith oneof (a, b)
- rule: Shell
  desc: a shell runs
  condition: evt.type = execve and shell and toupper(proc.cmdline) contains "X" and not fd.name exists
  output: shell %proc.name %toupper(user.name)
  priority: WARNING
  tags: [T1059, host]
  exceptions:
  - name: known
    fields: [proc.pname, fd.sport]
    comps: [in, '=']
    values: [[[a], 4]]
- rule: Other
  desc: d
  condition: evt.type = open and proc.name = x
  output: o
  priority: INFO
END
run -L -r described.yaml -o json_output=true -o 'append_output[]={extra_output: "%proc.pid"}'
json '-L in JSON: rules' \
	'[r["info"] for r in d["rules"]][0] == {"condition": "(evt.type = execve and shell and toupper(proc.cmdline) contains \"X\" and not fd.name exists)"
	" and not (( proc.pname in (a) and  fd.sport = 4))", "description": "a shell runs", "enabled": True, "name": "Shell",
	"output": "shell %proc.name %toupper(user.name)", "priority": "Warning", "source": "syscall", "tags": ["T1059", "host"]}'
json 'what they are made of' \
	'[r["details"] for r in d["rules"]][0] == {"condition_compiled": "((evt.type = execve and (proc.name in (bash, sh, zsh) and "
	"proc.aname[2] startswith oneof (a, b)) and toupper(proc.cmdline) contains X and not fd.name exists) and not (proc.pname in (a) and fd.sport = 4))",
	"condition_fields": ["evt.type", "fd.name", "proc.cmdline"], "condition_operators": ["=", "contains", "exists"],
	"events": ["execve", "execveat"], "exception_fields": ["fd.sport", "proc.pname"], "exception_names": ["known"],
	"exception_operators": ["=", "in"], "lists": [], "macros": ["shell"],
	"output_compiled": "shell %proc.name %toupper(user.name) %proc.pid", "output_fields": ["proc.name"], "plugins": []}'
json 'macros' \
	'd["macros"] == [{"details": {"condition_fields": ["proc.aname[2]", "proc.name"], "condition_operators": ["in", "startswith oneof"],
	"lists": ["more"], "macros": [], "plugins": [], "used": True},
	"info": {"condition": "proc.name in ( bash, sh, zsh ) and proc.aname[2] startswith oneof (a, b)", "name": "shell"}}]'
json 'lists' \
	'[(l["info"], l["details"]["lists"]) for l in d["lists"]] == [({"items": ["bash", "sh"], "name": "shells"}, []), ({"items": ["zsh"], "name": "more"}, ["shells"])]'
json 'and versions' \
	'd["required_engine_version"] == "0.31.0" and d["required_plugin_versions"] == [{"name": "container", "version": "0.2.4"}]'
run -l Other -r described.yaml -o json_output=true
json '-l in JSON' 'list(d) == ["rules"] and [r["info"]["name"] for r in d["rules"]] == ["Other"]'

# outputs: what applies to which rule, in text and in JSON, and what escapes look like

cat >outputs.yaml <<'END'
- rule: A
  desc: d
  condition: evt.type = execve and proc.name = sh
  output: 'q"%proc.cmdline" \'
  priority: WARNING
  tags: [t1, t2]
- rule: B
  desc: d
  condition: evt.type = execve
  output: b %proc.name
  priority: NOTICE
  tags: [t2]
END
cat >outputs.events <<'END'
host hostname=web1 epoch=1700000000
proc tgid=1 path=/sbin/init
exec time=10000.006 tgid=60 parent=1 path=/bin/sh argv=["sh","-c","a\"b\\c"]
exec time=10000.007 tgid=61 parent=1 path=/bin/cat argv=["cat","x\ny"]
END
outputs=(-r outputs.yaml -e outputs.events -o static_fields.env=prod -o 'append_output=[
	{match: {source: syscall, tags: [t1, t2]}, extra_output: "both %static.env"},
	{match: {source: k8s_audit}, extra_output: "no %proc.pid"},
	{match: {tags: [t2, t9]}, extra_output: "no"},
	{match: {rule: B}, extra_output: "only", extra_fields: [proc.pid, {who: "%proc.pid!"}]},
	{match: {rule: B, tags: [t1]}, extra_fields: [proc.exe]}]')
run "${outputs[@]}"
head -n 2 out >lines
cat >want <<'END'
01:00:00.006000000: Warning q\"sh -c a\"b\\c\" \\ both prod
01:00:00.007000000: Notice b cat only
END
diff want lines >err
result $? 'append_output in text, for the rules that match, and escapes'
run "${outputs[@]}" -o json_output=true
head -n 2 out >lines
cat >want <<'END'
{"hostname":"web1","output":"01:00:00.006000000: Warning q\"sh -c a\"b\\c\" \\ both prod","output_fields":{"evt.time":1700010000006000000,"proc.cmdline":"sh -c a\"b\\c","static.env":"prod"},"priority":"Warning","rule":"A","source":"syscall","tags":["t1","t2"],"time":"2023-11-15T01:00:00.006000000Z"}
{"hostname":"web1","output":"01:00:00.007000000: Notice b cat only","output_fields":{"evt.time":1700010000007000000,"proc.name":"cat","proc.pid":61,"who":"61!"},"priority":"Notice","rule":"B","source":"syscall","tags":["t2"],"time":"2023-11-15T01:00:00.007000000Z"}
END
sed -i -E 's/"ancestry":"[^"]*",//; s/"container_resolution":"[^"]*",//' lines
diff want lines >err
result $? 'and in JSON, byte for byte'
sed -n 2p lines >line
"$agent" eval 'proc.name = cat and proc.pid = 61 and evt.rawtime = 1700010000007000000' <line >out 2>err && [ "$(cat out)" = true ]
result $? 'whose line is an event for eval'
run "${outputs[@]}" -o json_output=true -o priority=warning -o json_include_output_property=false \
	-o json_include_output_fields_property=false -o json_include_tags_property=false -o json_include_message_property=true
sed -n 1p out | sed -E 's/"ancestry":"[^"]*",//; s/"container_resolution":"[^"]*",//' >lines
cat >want <<'END'
{"hostname":"web1","message":"q\"sh -c a\"b\\c\" \\ both prod","priority":"Warning","rule":"A","source":"syscall","time":"2023-11-15T01:00:00.006000000Z"}
END
diff want lines >err && sed -n 2p out | grep -qx 'Events detected: 1'
result $? 'properties left out, and the least priority'
run "${outputs[@]}" -o json_output=true -o time_format_iso_8601=true
sed -n 2p out >line && mv line out
json 'ISO 8601 time in JSON' 'd["output"].startswith("2023-11-15T01:00:00.007000000+0000: Notice b")
	and d["output_fields"]["evt.time.iso8601"] == 1700010000007000000 and "evt.time" not in d["output_fields"]'

# what Falco had once

tagged='01:00:00.006000000: Informational exec sh
01:00:00.007000000: Informational exec cat'
is '-t runs what has a tag alone' "$tagged
Events detected: 2
Rule counts by severity:
   INFO: 2
Triggered rules by rule name:
   Any exec: 2" -r r.yaml "${replay[@]}" -t noisy -t T9999
shells="$shell
Events detected: 1
Rule counts by severity:
   WARNING: 1
Triggered rules by rule name:
   Shell: 1"
is '-T leaves out what has a tag' "$shells" -r r.yaml "${replay[@]}" -T noisy
is '-D leaves out names that hold a text' "$shells" -r r.yaml "${replay[@]}" -D 'y ex'
run -r r.yaml -e e.events -b -A -d -u -s stats -S 128 -k http://a -K b -m c --cri /run/a --cri /run/b \
	--disable-cri-async --modern-bpf --nodriver --gvisor-root /x -g y --stats-interval 5
[ "$status" = 0 ] && [ "$(grep -c 'ignored: -A, --daemon, ' err)" = 1 ] && [ "$(head -n 1 out)" = "$shell" ]
result $? 'options without a meaning are named once'
refuses 'one of them without its value' 2 "option '--cri' needs a value" -r r.yaml --cri

# schemas and plugins

run --config-schema
json '--config-schema' 'd["type"] == "object" and d["additionalProperties"] and d["properties"]["append_output"] == {"type": "array"}'
run --rule-schema
json '--rule-schema' 'd["type"] == "array" and not d["items"]["additionalProperties"] and "condition" in d["items"]["properties"]'
gives '--list-plugins' 0 '^Version: [0-9.]+$' --list-plugins
[ "$(sed -n 1,3p out)" = '1 Plugins Loaded:

Name: container' ]
result $? 'names the one that is built in'
gives '--plugin-info' 0 '^Name: container$' --plugin-info container
refuses '--plugin-info of another' 2 "no plugin 'k8saudit'" --plugin-info k8saudit
run -r r.yaml "${replay[@]}" -o http_output.enabled=true -o syslog_output.enabled=false
[ "$status" = 0 ] && grep -qF 'http_output is enabled in the configuration, but there is no such output' err &&
	! grep -q 'syslog_output is enabled' err
result $? 'an output that is enabled and not there is told'
refuses 'an option that nobody has' 2 "no option '--nonsense'" --nonsense
run --help
[ "$status" = 0 ] && [ "$(wc -l <out)" -le 24 ]
result $? '--help fits on one screen'
exit $failed
