// SPDX-License-Identifier: Apache-2.0

/* The subcommands and their help. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/falco.h"
#include "agent/options.h"
#include "agent/ps.h"
#include "base/log.h"

static const struct command commands[] = {
	{ "watch", "--rules PATH...", "watch this host and print alerts (the default)",
	  "rfwMpaDEmtqvh",
	  "Watch this host and print an alert for every event that a rule matches.\n"
	  "Needs root, or CAP_BPF, CAP_PERFMON and CAP_SYS_PTRACE.",
	  watch_run },
	{ "check", "PATH... | --condition EXPR", "check rule files, or one condition", "cjrpatvh",
	  "Check rule files and say what is wrong with them, with file, line and column.",
	  check_run },
	{ "eval", "CONDITION [--rules PATH...]", "ask a condition about events given as JSON",
	  "ertvh",
	  "Read events from standard input, each line a JSON object of field values (the\n"
	  "output_fields of an alert, or the alert), and print true or false for each.\n"
	  "Macros and lists of the condition come from PATH.",
	  eval_run },
	{ "list", "fields|events|rules|macros|lists [--rules PATH...]",
	  "print what conditions can name, or what rules hold", "FrpDEth",
	  "Print the fields, the event types, or the rules, macros and lists of PATH.", list_run },
	{ "ps", "[--json]", "print the containers that there are now", "jvh",
	  "Print each container of this host with the runtime that made it, its image, and what\n"
	  "lets it reach the host.  Reads files alone; needs root to see all of them.",
	  ps_run },
	{ "doctor", "[--rules PATH...]", "say what can be seen here, and which rules are blind",
	  "rjpDEtvh",
	  "Look at the kernel, the rights, the cgroups and every hook, load the programs that the\n"
	  "rules ask for without attaching them, and name the rules that cannot match here.\n"
	  "Exit status: 0 all is well, 1 something is not seen, 2 this host cannot be watched.",
	  doctor_run },
	{ "record", "-o FILE [--rules PATH...]", "write a capture of what is seen", "roMtqvh",
	  "Write all that a replay needs to FILE.  With rules, only the events they ask for.",
	  record_run },
	{ "replay", "FILE --rules PATH...", "run rules over a capture", "rfpaDEmtvh",
	  "Print the alerts that the rules give for a capture, or for events written as\n"
	  "text (FILE.events).  Needs no rights and no kernel support.",
	  replay_run },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

int help_run(void)
{
	printf("usage: bpfwatch [COMMAND] [OPTIONS]\n\n"
	       "Watches process execution, file opens, connections and privilege changes on this\n"
	       "host with eBPF and prints an alert for every event that a rule matches.\n\n"
	       "commands:\n");
	for (size_t i = 0; i < N_COMMANDS; i++)
		printf("  %-8s %s\n", commands[i].name, commands[i].summary);
	printf("\nexamples:\n"
	       "  bpfwatch --rules rules/                     alerts on the terminal\n"
	       "  bpfwatch --rules rules/ > alerts.jsonl      one JSON object a line\n"
	       "  bpfwatch record -o incident.bw -M 60        a minute to look at later\n"
	       "Without a command, Falco's options are understood too: -c, -o, -V, -L ...\n"
	       "'bpfwatch COMMAND --help' lists options; the manual is bpfwatch(8).\n"
	       "Exit status: 0 fine, 1 rules or capture with errors, 2 usage or unreadable file,\n"
	       "3 output cannot be written, 4 this host cannot run the sensor.\n");
	return EXIT_FINE;
}

static const struct command *command_lookup(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

/*
 * Descriptors 0 to 2 that came closed would go to the next files opened, and alerts
 * into a map or a capture.  Opened the wrong way round, what uses them still fails.
 */
static void hold_stdio(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

/* What was printed must have arrived, whatever else went well. */
static int finish(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	log_error("cannot write to standard output: %s", strerror(errno));
	return code == EXIT_FINE ? EXIT_NO_OUTPUT : code;
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *first = argc > 1 ? argv[1] : "help";
	struct options options;
	int code;

	hold_stdio();
	/* A closed pipe is an error of write(2), which is reported. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (strcmp(first, "help") == 0)
		return finish(help_run());
	/* Falco has no commands: what starts it starts us. */
	if (first[0] == '-')
		return finish(falco_main(argc, argv));
	command = command_lookup(first);
	if (!command) {
		log_error("unknown command '%s'; see 'bpfwatch --help'", first);
		return EXIT_BAD_USAGE;
	}
	if (options_parse(argc - 1, argv + 1, command, &options, &code)) {
		code = command->run(&options);
		options_done(&options);
	}
	return finish(code);
}
