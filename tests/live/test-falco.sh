#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-falco.sh BUILD-DIR
#
# Started with the command lines of Falco's systemd unit and container image, the agent watches and
# prints what Falco prints: alerts on standard output and in a file, a summary at its end.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

live_init "$@"
# Whoever else runs this test at the same time has another number.
cat >"$work/rules.yaml" <<END
- list: falco_deeds
  items: [deed]
- macro: falco_deed
  condition: proc.name in (falco_deeds) and proc.args startswith "mark falco-$$"
- rule: Falco Deed
  desc: A command of this test.
  condition: evt.type in (execve, execveat) and evt.res = SUCCESS and falco_deed
  output: deed %proc.args (pid=%proc.pid user=%user.uid)
  priority: WARNING
  tags: [process, mitre_execution]
- rule: Never Wanted
  desc: Switched off by the configuration.
  condition: evt.type in (execve, execveat) and proc.args startswith "mark falco-$$"
  output: unwanted
  priority: CRITICAL
END
mkdir "$work/rules.d"
# Keys as in the file that Falco ships.
cat >"$work/falco.yaml" <<END
config_files: [ $work/config.d ]
watch_config_files: true
rules_files:
  - $work/rules.yaml
  - $work/rules.d
rules:
  - disable: {rule: "Never*"}
engine:
  kind: modern_ebpf
  modern_ebpf: {cpus_for_each_buffer: 2, buf_size_preset: 4, drop_failed_exit: false}
plugins: [{name: container, library_path: libcontainer.so}]
load_plugins: []
time_format_iso_8601: false
priority: debug
json_output: false
json_include_output_property: true
json_include_tags_property: true
buffered_outputs: false
outputs_queue: {capacity: 0}
append_output: [{suggested_output: true}]
stdout_output: {enabled: true}
syslog_output: {enabled: false}
file_output: {enabled: "\${FILE_OUTPUT}", keep_alive: false, filename: $work/events.txt}
http_output: {enabled: false, url: "http://127.0.0.1:1/"}
program_output: {enabled: false, keep_alive: false, program: "false"}
webserver: {enabled: true, listen_port: 8765}
log_stderr: true
log_syslog: false
log_level: info
syscall_event_drops: {threshold: 0.1, actions: [log, alert], rate: 0.03333, max_burst: 1}
base_syscalls: {custom_set: [], repair: false}
falco_libs: {thread_table_size: 262144}
END
mkdir "$work/config.d"

# --- the container image: rules and JSON by options

export FILE_OUTPUT=true
start_agent image.json -c "$work/falco.yaml" -r "$sentinel_rules" -r "$work/rules.yaml" -r "$work/rules.d" \
	-o engine.kind=modern_ebpf -o json_output=true -o json_include_message_property=true \
	-o "append_output[]={match: {rule: Falco Deed}, extra_output: '%proc.name!', extra_fields: [proc.pname, {who: '%proc.pid'}]}" \
	-o http_output.enabled=true -U -pk -P "$work/pid" || exit 1
ok '-P holds the process id' test "$(cat "$work/pid")" = "$agent_pid"
"$deed" mark "falco-$$"
sentinel image.json
stop_agent
ok 'SIGTERM ends it with status 0' test "$agent_status" = 0
ok 'and the pid file is gone' test ! -e "$work/pid"
grep '^{' "$work/image.json" >"$work/alerts"
has_alert "the alert has Falco's keys" 'has_mark("falco-'$$'") and .rule == "Falco Deed"
	and (["hostname", "message", "output", "output_fields", "priority", "rule", "source", "tags", "time"] - keys == [])
	and .priority == "Warning" and .source == "syscall" and .tags == ["mitre_execution", "process"]
	and (.time | test("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{9}Z$"))'
has_alert 'its output begins with time and priority' 'has_mark("falco-'$$'")
	and (.output | test("^[0-9:]{8}\\.[0-9]{9}: Warning deed mark falco-'$$' \\(pid=[0-9]+ user=0\\) container_id="))'
has_alert 'its message does not' 'has_mark("falco-'$$'") and (.message | test("^deed mark falco-'$$' .* k8s_ns_name=[^ ]+ deed!$"))'
has_alert 'its fields have their types' 'has_mark("falco-'$$'") and (.output_fields
	| (.["evt.time"] | type) == "number" and (.["proc.pid"] | type) == "number"
	and .who == (.["proc.pid"] | tostring) and (.["proc.pname"] | type) == "string")'
no_alert 'a rule that the configuration switches off is silent' '.rule == "Never Wanted"'
judge alerts
# One line of what stands between the alerts and the end.
ok 'the summary says how many' grep -qxF "Events detected: $(wc -l <"$work/alerts")" "$work/image.json"
ok 'by severity' grep -qxF '   WARNING: 1' "$work/image.json"
ok 'and by rule' grep -qxF '   Falco Deed: 1' "$work/image.json"
ok 'file_output has the same lines' cmp "$work/alerts" "$work/events.txt"
ok 'for its owner alone' test "$(stat -c %a "$work/events.txt")" = 600
ok 'keys without a meaning are named once' test "$(grep -c 'ignored: .*webserver' "$work/image.json.err")" = 1
ok 'an output that is not there is told' grep -qF 'http_output is enabled in the configuration, but' "$work/image.json.err"

# An alert's line is an event to ask about.
grep -F "falco-$$\"" "$work/alerts" >"$work/line"
# shellcheck disable=SC2317 # run by ok
asked() {
	[ "$("$agent" eval "$1" <"$work/line")" = "$2" ]
}
ok 'eval takes the line' asked "proc.args = \"mark falco-$$\" and user.uid = 0 and proc.pid > 0" true
ok 'and says false, too' asked 'proc.pid = 0' false
ok 'all digits of the time' asked "evt.rawtime = $(grep -oE '"evt.time":[0-9]+' "$work/line" | grep -oE '[0-9]+$')" true

# --- the systemd unit: rules of the configuration, text, an end of its own

export FILE_OUTPUT=false
rm "$work/events.txt"
cp "$sentinel_rules" "$work/rules.d/"
start_agent unit.txt -c "$work/falco.yaml" -o engine.kind=modern_ebpf || exit 1
"$deed" mark "falco-$$-unit"
n_sentinels=$((n_sentinels + 1))
"$deed" mark "sentinel-$$-$n_sentinels"
ok 'the sentinel of rules.d is seen' wait_for 30 grep -qE "^[0-9:.]+: Debug sentinel deed mark sentinel-$$-$n_sentinels " "$work/unit.txt"
stop_agent INT
ok 'SIGINT ends it with status 0' test "$agent_status" = 0
ok "Falco's line of text" grep -qE \
	"^[0-9]{2}:[0-9:]{5}\.[0-9]{9}: Warning deed mark falco-$$-unit \(pid=[0-9]+ user=0\) container_id=" "$work/unit.txt"
ok 'no file where file_output is off' test ! -e "$work/events.txt"

# shellcheck disable=SC2317 # run by ok
run_for() {
	timeout 120 "$agent" -c "$work/falco.yaml" -M 1 >"$work/timed" 2>"$work/timed.err" </dev/null
}
ok '-M ends it with status 0' run_for
ok 'with the summary' grep -q '^Events detected: [0-9]' "$work/timed"
live_end
