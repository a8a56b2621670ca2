#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# usage: test-cli.sh BUILD-DIR -- the command line and the exit codes of docs/bpfwatch.8, as
# far as they need no rights.
set -u
cd "$(dirname "$0")/../.." || exit 1
agent=$1/bpfwatch
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0

cat >"$dir/good.yaml" <<'END'
- rule: Good
  desc: d
  condition: evt.type = execve
  output: "%evt.time %evt.datetime.s"
  priority: NOTICE
END
mkdir "$dir/empty"
echo 'exec tgid=7 comm=sh' >"$dir/one.events"

# exits DESC STATUS TEXT COMMAND...: with that status, and TEXT on standard error.
exits() {
	local desc=$1 want=$2 text=$3 status
	shift 3
	"$@" >"$dir/out" 2>"$dir/err" </dev/null
	status=$?
	if [ "$status" = "$want" ] && { [ -z "$text" ] || grep -qF -- "$text" "$dir/err"; }; then
		echo "ok - $desc"
	else
		echo "not ok - $desc"
		echo "# status $status, not $want; or no '$text' in:"
		sed 's/^/# /' "$dir/err" | head -n 5
		failed=1
	fi
}

# shellcheck disable=SC2317 # run by exits
to() {
	local where=$1
	shift
	"$@" >"$where"
}

# shellcheck disable=SC2317 # run by exits
closed() {
	"$@" >&-
}

# --- each way to be wrong
exits 'unknown command' 2 "unknown command 'bogus'" "$agent" bogus
exits 'unknown option' 2 "has no option '--bogus'" "$agent" --bogus
exits 'unknown option behind an argument' 2 "has no option '--bogus'" "$agent" check "$dir" --bogus
exits 'unknown letter' 2 "has no option '-X'" "$agent" -vX
exits 'option of another command' 2 "'bpfwatch check' has no option '--record'" \
	"$agent" check "$dir/good.yaml" --record "$dir/x"
exits 'option of another command, joined to its value' 2 "has no option '--seconds'" "$agent" list -M5
exits 'value that is missing' 2 "'--rules' needs a value" "$agent" --rules
exits 'value that is missing behind an argument' 2 "'--priority' needs a value" \
	"$agent" check "$dir" --priority
exits 'value that is too much' 2 "'--help' takes no value" "$agent" --help=3
exits 'no seconds' 2 "'--seconds' does not take '0'" "$agent" record -o "$dir/x" --seconds 0
exits 'priority that is none' 2 "'--priority' does not take 'loud'" \
	"$agent" check --priority loud "$dir/good.yaml"
exits 'argument of watch' 2 "takes no argument 'rules'" "$agent" --rules "$dir" rules
exits 'directory without rules' 2 'no rule file' "$agent" check "$dir/empty"
exits 'rules that are not there' 2 "$dir/none" "$agent" check "$dir/none"
exits 'no rules at all' 2 'give --rules' "$agent" replay "$dir/one.events"
exits 'capture that is not there' 2 "$dir/none" "$agent" replay "$dir/none" --rules "$dir/good.yaml"
exits 'capture that is none' 1 'not a bpfwatch capture' \
	"$agent" replay "$dir/good.yaml" --rules "$dir/good.yaml"
exits 'alerts and a capture on one output' 2 'both' timeout 20 "$agent" --rules "$dir/good.yaml" --record -

# --- output that cannot be written
exits 'list to a full device' 3 'No space left' to /dev/full "$agent" list fields
exits 'check to a full device' 3 'No space left' to /dev/full "$agent" check "$dir/good.yaml"
exits 'help to a full device' 3 'No space left' to /dev/full "$agent" --help
exits 'version to a full device' 3 'No space left' to /dev/full "$agent" --version
exits 'list to a closed output' 3 'standard output' closed "$agent" list events
exits 'check to a closed output' 3 'standard output' closed "$agent" check "$dir/good.yaml"
exits 'alerts to a full device' 3 'No space left' \
	to /dev/full "$agent" replay "$dir/one.events" --rules "$dir/good.yaml"
exits 'alerts to a closed output' 3 'standard output' \
	closed "$agent" replay "$dir/one.events" --rules "$dir/good.yaml"

# --- and fine
exits 'help of a command' 0 '' "$agent" check --help
exits 'good rules' 0 '' "$agent" check "$dir/good.yaml"
echo 'loss skipped=31 activity_lost=7' >"$dir/loss.events"
exits 'what was lost in a capture is told' 0 'activity lane: 0 sent, 7 lost' \
	"$agent" replay "$dir/loss.events" --rules "$dir/good.yaml"
exits 'what the kernel left out is told' 0 'skipped our programs 31 times' \
	"$agent" replay "$dir/loss.events" --rules "$dir/good.yaml"
exits 'in one zone' 0 '' env TZ=XXX-9 "$agent" replay "$dir/one.events" --rules "$dir/good.yaml"
cp "$dir/out" "$dir/east"
exits 'in another zone' 0 '' env TZ=XXX+9 "$agent" replay "$dir/one.events" --rules "$dir/good.yaml"
cp "$dir/out" "$dir/west"
exits 'the same alerts' 0 '' cmp "$dir/east" "$dir/west"
exits 'and they are some' 0 '' test -s "$dir/east"
exit $failed
