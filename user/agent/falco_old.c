// SPDX-License-Identifier: Apache-2.0

/*
 * Options that Falco had once and that unit files and scripts still give: what has a
 * meaning here keeps it, the rest is named once and ignored.
 */
#include <stdio.h>

#include "agent/falco.h"

static void add_selector(struct falco *out, const char *pattern, bool is_tag, bool enable)
{
	struct options *options = &out->options;

	options->selectors[options->rule_config.n_selectors++] =
		(struct rules_selector){ .pattern = pattern, .is_tag = is_tag, .enable = enable };
}

/* -D: rules whose names hold the text. */
static bool disable_part(const char *text, struct falco *out)
{
	char *pattern = NULL;

	if (asprintf(&pattern, "*%s*", text) < 0)
		return false;
	out->owned[out->n_owned++] = pattern;
	add_selector(out, pattern, false, false);
	return true;
}

/* -t: rules with one of these tags alone. */
static void run_only(const char *tag, struct falco *out)
{
	if (!out->only_tags)
		add_selector(out, "*", false, false);
	out->only_tags = true;
	add_selector(out, tag, true, true);
}

bool falco_take_old(int option, const char *name, const char *value, struct falco *out)
{
	out->style = true;
	switch (option) {
	case 'b':
		out->overrides[out->n_overrides++] = "buffer_format_base64=true";
		return true;
	case 'D':
		return disable_part(value, out);
	case 'e':
		out->replay_file = value;
		return true;
	case 't':
		run_only(value, out);
		return true;
	case 'T':
		add_selector(out, value, true, false);
		return true;
	default:
		buf_printf(&out->ignored, "%s%s", out->ignored.len ? ", " : "", name);
		return true;
	}
}
