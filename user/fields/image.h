/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_IMAGE_H
#define FIELDS_IMAGE_H

/* What the last exec of a process left in its memory.  Private to fields/. */
#include "fields/view.h"

/*
 * Arguments and environment, separated by NULs.  What was too long has its end behind
 * its start, with "..." as a string of its own where something is missing between.
 * Empty if there is no image, or scratch is full.
 */
struct record_str image_argv(const struct event_view *view, const struct proc *proc);
struct record_str image_env(const struct event_view *view, const struct proc *proc);

/* In field_proc.c: what proc.name, proc.exepath and proc.cmdline are for any process. */
bool proc_name(const struct event_view *view, const struct proc *proc, struct value *out);
bool proc_exepath(const struct event_view *view, const struct proc *proc, struct value *out);
bool proc_cmdline(const struct event_view *view, const struct proc *proc, struct value *out);

#endif /* FIELDS_IMAGE_H */
