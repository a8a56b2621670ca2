// SPDX-License-Identifier: Apache-2.0
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void diag_init(struct diag *diag)
{
	memset(diag, 0, sizeof(*diag));
}

void diag_set(struct diag *diag, const char *fmt, ...)
{
	va_list args;

	if (!diag || diag->text[0])
		return;
	va_start(args, fmt);
	(void)vsnprintf(diag->text, sizeof(diag->text), fmt, args);
	va_end(args);
}

void diag_set_place(struct diag *diag, const char *file, uint32_t line, uint32_t column)
{
	if (!diag || diag->text[0])
		return;
	(void)snprintf(diag->file, sizeof(diag->file), "%s", file ? file : "");
	diag->line = line;
	diag->column = column;
}

const char *diag_to_string(const struct diag *diag, char *buf, uint32_t size)
{
	const char *sep = diag->file[0] ? ": " : "";

	if (diag->line && diag->column)
		(void)snprintf(buf, size, "%s:%u:%u%s%s", diag->file, diag->line, diag->column, sep,
			       diag->text);
	else if (diag->line)
		(void)snprintf(buf, size, "%s:%u%s%s", diag->file, diag->line, sep, diag->text);
	else
		(void)snprintf(buf, size, "%s%s%s", diag->file, sep, diag->text);
	return buf;
}
