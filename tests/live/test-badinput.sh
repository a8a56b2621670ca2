#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-badinput.sh BUILD-DIR
#
# Whatever is wrong with input, output or rights: one clear message, the documented status, and
# nothing half-written.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/live/lib.sh
. "$here/lib.sh"

live_init "$@"
out=$work/stdout
err=$work/stderr

run() {
	timeout 60 "$@" >"$out" 2>"$err" </dev/null
	status=$?
}

# refuses DESC STATUS TEXT COMMAND...: with that status and a message that holds TEXT.
refuses() {
	local desc=$1 want=$2 text=$3
	shift 3
	run "$@"
	if [ "$status" = "$want" ] && grep -qF -- "$text" "$err"; then
		tap 0 "$desc"
	else
		tap 1 "$desc"
		echo "#   status $status, not $want; or no '$text' in:"
		sed 's/^/#   /' "$err" | head -n 5
	fi
}

cat >"$work/good.yaml" <<'END'
- rule: Good
  desc: d
  condition: evt.type = execve
  output: good
  priority: NOTICE
END

# --- rules

cat >"$work/broken.yaml" <<'END'
- rule: Broken
  desc: d
  condition: >
    evt.type = execve and
    proc.nme = x
  output: broken
  priority: NOTICE
END
refuses 'check names file, line, column and code of an unknown field' 1 \
	'broken.yaml:5:5: error' "$agent" check "$work/broken.yaml"
ok 'and its code' grep -qF '[LOAD_ERR_COMPILE_CONDITION]' "$err"
refuses 'watch refuses the same file' 1 'broken.yaml:5:5: error' "$agent" --rules "$work/broken.yaml"
ok 'and prints nothing on standard output' test ! -s "$out"
printf -- '- rule: [\n' >"$work/syntax.yaml"
refuses 'a file that is no YAML' 1 '[LOAD_ERR_YAML_PARSE]' "$agent" check "$work/syntax.yaml"
printf -- '- macro: a\n  condition: b\n- macro: b\n  condition: a\n' >"$work/undefined.yaml"
refuses 'a macro that is not defined' 1 '[LOAD_ERR_VALIDATE]' "$agent" check "$work/undefined.yaml"
sed 's/output: good/output: "%no.such"/' "$work/good.yaml" >"$work/output.yaml"
refuses 'an output with an unknown field' 1 '[LOAD_ERR_COMPILE_OUTPUT]' "$agent" check "$work/output.yaml"
head -c 100000 /dev/urandom >"$work/noise.yaml"
refuses 'a file of noise' 1 'noise.yaml' "$agent" check "$work/noise.yaml"
{
	printf -- '- rule: Deep\n  desc: d\n  output: o\n  priority: INFO\n  condition: '
	head -c 20000 /dev/zero | tr '\0' '('
	echo 'evt.type = open'
} >"$work/deep.yaml"
refuses 'parentheses without end' 1 'deep.yaml' "$agent" check "$work/deep.yaml"

# shellcheck disable=SC2317 # run by ok
reports_error() {
	jq -e 'any(.falco_load_results[]; .errors != [] and .errors[0].context.locations != [])' "$out" >/dev/null
}

# bounded DESC STATUS TEXT FILE: check refuses it so, in little time and memory, in text and as JSON.
bounded() {
	local desc=$1 want=$2 text=$3 limit=unlimited
	case $agent in */san/*) ;; *) limit=1000000 ;; esac
	# shellcheck disable=SC2016 # expanded by the inner shell
	refuses "$desc" "$want" "$text" timeout 20 bash -c 'ulimit -v "$1"; exec "$2" check "$3"' check "$limit" "$agent" "$4"
	run timeout 20 "$agent" check --json "$4"
	ok "$desc, as JSON" reports_error
}

mkfifo "$work/pipe.yaml"
refuses 'a pipe' 2 "pipe.yaml' is neither a file nor a directory" "$agent" check "$work/pipe.yaml"
ln -s /dev/zero "$work/zero.yaml"
refuses 'a device' 2 "zero.yaml' is neither a file nor a directory" "$agent" check "$work/zero.yaml"
mkdir -p "$work/odd/b.yaml"
mv "$work/pipe.yaml" "$work/odd/a.yaml"
cp "$work/good.yaml" "$work/odd/c.yaml"
bounded 'a pipe in a directory' 2 'odd/a.yaml: error: Cannot read file: not a regular file [LOAD_ERR_FILE_READ]' "$work/odd"
printf -- '- rule: a\0b\n' >"$work/nul.yaml"
bounded 'a NUL byte' 1 'nul.yaml:1:10: error' "$work/nul.yaml"
printf -- '- rule: "a\\0b"\n  desc: d\n' >"$work/escaped.yaml"
bounded 'a NUL written as an escape' 1 'escaped.yaml:1:9: error' "$work/escaped.yaml"
printf -- '- rule: "a\377b"\n' >"$work/utf8.yaml"
bounded 'bytes that are no UTF-8' 1 'utf8.yaml:1:11: error' "$work/utf8.yaml"
{
	printf -- '- list: big\n  items: ['
	head -c 100000000 /dev/zero | tr '\0' a
	echo ']'
} >"$work/huge.yaml"
bounded 'a value of 100 MB' 2 'huge.yaml: error: Cannot read file: larger than 16 MiB [LOAD_ERR_FILE_READ]' "$work/huge.yaml"
{ head -c 15000000 "$work/huge.yaml" && echo ']'; } >"$work/large.yaml"
bounded 'a value of 15 MB' 1 'large.yaml:2:11: error: a value is larger than 1 MiB' "$work/large.yaml"
rm "$work/huge.yaml" "$work/large.yaml"
{
	echo 'a: &a [x, x, x, x, x, x, x, x, x, x]'
	prev=a
	for name in b c d e f g h i j; do
		echo "$name: &$name [*$prev, *$prev, *$prev, *$prev, *$prev, *$prev, *$prev, *$prev, *$prev, *$prev]"
		prev=$name
	done
} >"$work/bomb.yaml"
bounded 'aliases that multiply' 1 'bomb.yaml:7:8: error' "$work/bomb.yaml"
echo '- &a [*a]' >"$work/self.yaml"
bounded 'an alias of what it stands in' 1 'self.yaml:1:7: error' "$work/self.yaml"
head -c 200000 /dev/zero | tr '\0' '[' >"$work/brackets.yaml"
bounded 'brackets without end' 1 'brackets.yaml:1:65: error' "$work/brackets.yaml"
{
	printf -- '- macro: m0\n  condition: proc.name = a\n'
	for i in {1..59}; do
		printf -- '- macro: m%d\n  condition: m%d and m%d\n' "$i" $((i - 1)) $((i - 1))
	done
	printf -- '- rule: r\n  desc: d\n  condition: evt.type = open and m59\n  output: o\n  priority: INFO\n'
} >"$work/macros.yaml"
bounded 'macros that multiply' 1 'macros.yaml:40:22: error' "$work/macros.yaml"
mkdir "$work/empty"
refuses 'a directory without rules' 2 "no rule file" "$agent" check "$work/empty"
refuses 'a path that is not there' 2 "$work/none.yaml" "$agent" check "$work/none.yaml"
run "$agent" check "$work/good.yaml"
ok 'a good file is fine' test "$status" = 0

# --- the command line

refuses 'unknown option' 2 "'--frobnicate'" "$agent" --frobnicate
refuses 'unknown command' 2 "'frobnicate'" "$agent" frobnicate
refuses 'watch without rules' 2 'rules' "$agent" watch
refuses 'record without a file' 2 '-o' "$agent" record
refuses 'replay without a file' 2 'FILE' "$agent" replay --rules "$work/good.yaml"
refuses 'an output format that is not known' 2 "'xml'" "$agent" --rules "$work/good.yaml" --output xml
refuses 'seconds that are no number' 2 "'soon'" "$agent" record -o "$work/x.bw" --seconds soon
ok 'nothing was written for it' test ! -e "$work/x.bw"
for words in --help --version 'check --help' 'record --help'; do
	# shellcheck disable=SC2086 # words
	run "$agent" $words
	ok "$words says something and ends with 0" test "$status" = 0 -a -s "$out" -a ! -s "$err"
done

# --- rights

if command -v setpriv >/dev/null; then
	cp "$agent" "$work/bpfwatch"
	chmod 755 "$work/bpfwatch"
	chmod 644 "$work"/*.yaml
	nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
	refuses 'nobody cannot watch, and is told' 4 'bpfwatch: ' "${nobody[@]}" "$work/bpfwatch" --rules "$work/good.yaml"
	ok 'in one message' test "$(grep -c . "$err")" -le 2
	refuses 'root without CAP_BPF cannot either' 4 'bpfwatch: ' setpriv \
		--bounding-set -bpf,-sys_admin --inh-caps -bpf,-sys_admin "$work/bpfwatch" --rules "$work/good.yaml"
	chmod 600 "$work/good.yaml"
	refuses 'a rule file that may not be read' 2 'good.yaml' "${nobody[@]}" "$work/bpfwatch" check "$work/good.yaml"
	chmod 644 "$work/good.yaml"
	run "${nobody[@]}" "$work/bpfwatch" check "$work/good.yaml"
	ok 'nobody may check rules' test "$status" = 0
else
	echo 'ok - missing rights # SKIP no setpriv'
fi

# --- outputs

refuses 'a capture in a directory that is not there' 3 "$work/none/x.bw" "$agent" record -o "$work/none/x.bw" --seconds 1

# A file system of 16 KiB is full before the processes of the host are written down.
# shellcheck disable=SC2016 # expanded by the inner shell
refuses 'a full disk ends record' 3 'full/x.bw' unshare -m sh -c '
	mkdir -p "$1/full" && mount -t tmpfs -o size=16k tmpfs "$1/full" || exit 99
	"$2" record -o "$1/full/x.bw" --seconds 20
	status=$?
	"$2" replay "$1/full/x.bw" --rules "$1/good.yaml" >/dev/null 2>"$1/full.err"
	echo "replay $?" >>"$1/full.err"
	exit $status' full "$work" "$agent"
# What was written before must not pass for a whole capture silently, nor crash the reader.
ok 'and what is left of the capture is read or refused, not crashed on' grep -qE '^replay [01]$' "$work/full.err"

if [ -w /dev/full ]; then
	# shellcheck disable=SC2016 # expanded by the inner shell
	refuses 'standard output that takes nothing ends watch' 3 'standard output' \
		sh -c '"$2" mark early; "$1" --rules "$3" --seconds 30 >/dev/full & pid=$!
			while kill -0 $pid 2>/dev/null; do "$2" mark full; sleep 0.2; done; wait $pid' full "$agent" "$deed" "$work/good.yaml"
fi
# The reader goes; the next alert meets a closed pipe.
# shellcheck disable=SC2016 # expanded by the inner shell
refuses 'a closed pipe ends watch' 3 'standard output' bash -c '
	mkfifo "$4" || exit 99
	"$1" --rules "$3" --seconds 30 >"$4" & pid=$!
	exec 3<"$4"
	(exec 3<&-; while kill -0 $pid 2>/dev/null; do "$2" mark pipe; sleep 0.2; done) &
	read -r line <&3; exec 3<&-; wait $pid' pipe "$agent" "$deed" "$work/good.yaml" "$work/fifo"

# --- signals

for signal in INT TERM; do
	start_agent out.json --rules "$sentinel_rules" || exit 1
	sentinel out.json
	stop_agent "$signal"
	ok "SIG$signal ends it with status 0" test "$agent_status" = 0
	ok "SIG$signal: a summary with events" grep -q '^bpfwatch: events: [1-9]' "$work/out.json.err"
	ok "SIG$signal: with losses" grep -q '^bpfwatch: life lane: .* lost' "$work/out.json.err"
	ok "SIG$signal: with alerts by rule" grep -q '^bpfwatch:   Sentinel: 1' "$work/out.json.err"
done
live_end
