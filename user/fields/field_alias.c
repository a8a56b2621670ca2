// SPDX-License-Identifier: Apache-2.0
/*
 * Fields FIELD.alias: the other names of the file that FIELD names.  A caller that comes
 * by a link cannot hide behind it (FIELD is the kernel's path), nor can the link itself
 * be used unseen (it is here).
 */
#include <fcntl.h>
#include <linux/openat2.h>

#include "fields/aliases.h"
#include "fields/args.h"
#include "fields/family.h"
#include "fields/fd.h"
#include "fields/names.h"

typedef bool fill_fn(const struct event_view *view, struct value *out);

/* NULL: not known from where, or scratch is full. */
static const char *absolute(struct arena *scratch, const char *base, const char *given)
{
	const char *name = names_path(scratch, base, given);

	return name && *name == '/' ? name : NULL;
}

static void aliases_init(struct aliases *aliases, const struct event_view *view, const char *name)
{
	aliases->scratch = view->scratch;
	aliases->name = name;
	aliases->pid = view->rec->hdr->vtgid;
	*aliases->own = '\0';
	aliases->n = 0;
}

/*
 * Where the name given to an open starts, unless it begins with a slash; "" if it is not
 * known: the record has the directory of opens that failed, and what it does not have
 * is the working directory.
 */
static const char *open_base(const struct event_view *view)
{
	const struct bw_open *open = view->rec->open;
	const char *base = record_str(view->rec, open->base).s;

	if (*base || open->dirfd != AT_FDCWD)
		return base;
	return view->proc->cwd ? view->proc->cwd : "";
}

/* The name that the caller gave, absolute; NULL: none that says more than fd->path. */
static const char *given_name(const struct event_view *view, const struct fd_view *fd)
{
	if (!*fd->given || fd->is_claim || strcmp(fd->given, fd->path) == 0)
		return NULL;
	if (view->rec->hdr->type == BW_EVENT_CONNECT)
		return absolute(view->scratch, view->proc->cwd ? view->proc->cwd : "", fd->given);
	/* Then even a name with a slash in front starts at a directory of the caller's choice. */
	if (view->rec->hdr->type != BW_EVENT_OPEN || view->rec->open->resolve & RESOLVE_IN_ROOT)
		return NULL;
	return absolute(view->scratch, open_base(view), fd->given);
}

/* Those of a unix socket look as fd.name does. */
static bool fill_name(const struct event_view *view, struct value *out)
{
	struct aliases aliases;
	struct fd_view fd;

	if (!fd_view(view, &fd) || !*fd.path)
		return false;
	aliases_init(&aliases, view, fd.path);
	aliases_add(&aliases, given_name(view, &fd));
	aliases_spread(&aliases);
	return aliases_value(&aliases, fd.local && !fd.is_bound ? "->" : "", out);
}

/* Each is found out once for an event, however many rules ask. */
static bool remembered(const struct event_view *view, enum alias_of of, fill_fn *fill,
		       struct value *out)
{
	struct alias_memo *memo = view->aliases;
	struct value list = { .kind = VALUE_NULL };

	if (!memo)
		return fill(view, out);
	if (!memo->known[of]) {
		if (fill(view, &list))
			memo->lists[of] = list;
		memo->known[of] = true;
	}
	if (memo->lists[of].kind == VALUE_NULL)
		return false;
	*out = memo->lists[of];
	return true;
}

static bool fill_directory(const struct event_view *view, struct value *out)
{
	struct aliases aliases;
	struct value names;
	struct fd_view fd;

	if (!fd_view(view, &fd) || !remembered(view, ALIAS_OF_NAME, fill_name, &names))
		return false;
	aliases_init(&aliases, view, fd_directory(view, &fd, fd.path));
	for (uint32_t i = 0; aliases.name && i < names.len; i++)
		aliases_add(&aliases, fd_directory(view, &fd, names.list[i].str));
	return aliases_value(&aliases, "", out);
}

static bool fill_filename(const struct event_view *view, struct value *out)
{
	struct aliases aliases;
	struct value names;
	struct fd_view fd;

	if (!fd_view(view, &fd) || !remembered(view, ALIAS_OF_NAME, fill_name, &names))
		return false;
	aliases_init(&aliases, view, fd_filename(&fd, fd.path));
	for (uint32_t i = 0; aliases.name && i < names.len; i++)
		aliases_add(&aliases, fd_filename(&fd, names.list[i].str));
	return aliases_value(&aliases, "", out);
}

/* Of the n-th of the paths that a call names, as many as `n_paths`. */
static bool fill_call_path(const struct event_view *view, unsigned int n, unsigned int n_paths,
			   struct value *out)
{
	struct aliases aliases;
	const char *path;

	if (view->rec->hdr->type != BW_EVENT_CALL ||
	    (args_call_path(view, 1, true) != NULL) != (n_paths > 1))
		return false;
	path = args_call_path(view, n, false);
	if (!path)
		return false;
	aliases_init(&aliases, view, path);
	aliases_spread(&aliases);
	return aliases_value(&aliases, "", out);
}

static bool fill_path(const struct event_view *view, struct value *out)
{
	if (view->rec->hdr->type == BW_EVENT_OPEN)
		return remembered(view, ALIAS_OF_NAME, fill_name, out);
	return fill_call_path(view, 0, 1, out);
}

static bool fill_source(const struct event_view *view, struct value *out)
{
	return fill_call_path(view, 0, 2, out);
}

static bool fill_target(const struct event_view *view, struct value *out)
{
	return fill_call_path(view, 1, 2, out);
}

/*
 * What the executable was called when it was executed.  A script's name is not
 * that of its interpreter, which the script names.
 */
static void add_exe_name(const struct record *rec, struct aliases *aliases)
{
	const char *given = record_str(rec, rec->exec->interp).s;
	const char *cwd = record_str(rec, rec->exec->cwd).s;

	if (!*given)
		given = record_str(rec, rec->exec->filename).s;
	if (strcmp(given, aliases->name) != 0)
		aliases_add(aliases, absolute(aliases->scratch, cwd, given));
}

static bool fill_exe(const struct event_view *view, const struct proc *proc, struct value *out)
{
	const struct proc_image *image = proc->image;
	struct aliases aliases;

	if (!image)
		return false;
	aliases_init(&aliases, view, record_str(&image->rec, image->rec.exec->path).s);
	/* By the time of the event it may have another. */
	aliases.pid = image->rec.hdr->vtgid;
	add_exe_name(&image->rec, &aliases);
	aliases_spread(&aliases);
	return aliases_value(&aliases, "", out);
}

static bool fill_exepath(const struct event_view *view, struct value *out)
{
	return fill_exe(view, view->proc, out);
}

static bool fill_pexepath(const struct event_view *view, struct value *out)
{
	const struct proc *parent = proc_ancestor(view->proc, 1);

	return parent && fill_exe(view, parent, out);
}

static const struct field fields[ALIAS_OF_MAX + 1];

static bool get_alias(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	static fill_fn *const fill[ALIAS_OF_MAX] = {
		[ALIAS_OF_NAME] = fill_name,         [ALIAS_OF_DIRECTORY] = fill_directory,
		[ALIAS_OF_FILENAME] = fill_filename, [ALIAS_OF_PATH] = fill_path,
		[ALIAS_OF_SOURCE] = fill_source,     [ALIAS_OF_TARGET] = fill_target,
		[ALIAS_OF_EXEPATH] = fill_exepath,   [ALIAS_OF_PEXEPATH] = fill_pexepath,
	};
	const enum alias_of of = (enum alias_of)(ref->field - fields);

	return remembered(view, of, fill[of], out);
}

static bool is_of_exe(const struct bw_exec *exec, const struct record *rec, const char *name)
{
	return exec->interp.len == 0 || strcmp(name, record_str(rec, exec->path).s) == 0;
}

/* Here the name given is the argument's value, and the kernel's is another. */
static bool fill_arg(const struct event_view *view, const char *arg, struct value *out)
{
	const struct record *rec = view->rec;
	struct aliases aliases;
	struct fd_view fd;

	if (*arg != '/')
		return false;
	aliases_init(&aliases, view, arg);
	if ((rec->hdr->type == BW_EVENT_OPEN || rec->hdr->type == BW_EVENT_CONNECT) &&
	    fd_view(view, &fd)) {
		aliases_add(&aliases, fd.path);
		aliases_add(&aliases, given_name(view, &fd));
	} else if (rec->hdr->type == BW_EVENT_EXEC && is_of_exe(rec->exec, rec, arg)) {
		aliases_add(&aliases, record_str(rec, rec->exec->path).s);
		add_exe_name(rec, &aliases);
	}
	aliases_spread(&aliases);
	return aliases_value(&aliases, "", out);
}

static const struct alias_arg *known_arg(const struct event_view *view, const struct field_ref *ref)
{
	const struct alias_arg *known = view->aliases ? view->aliases->args : NULL;

	while (known &&
	       (known->len != ref->arg_len || memcmp(known->name, ref->arg, known->len) != 0))
		known = known->next;
	return known;
}

static void remember_arg(const struct event_view *view, const struct field_ref *ref,
			 const struct value *list)
{
	struct alias_arg *entry;

	if (!view->aliases)
		return;
	entry = arena_alloc(view->scratch, sizeof(*entry));
	if (!entry)
		return;
	*entry = (struct alias_arg){ ref->arg, ref->arg_len, *list, view->aliases->args };
	view->aliases->args = entry;
}

static bool get_arg_alias(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct alias_arg *known = known_arg(view, ref);
	struct value list = { .kind = VALUE_NULL };
	struct value arg;

	if (known) {
		list = known->list;
	} else {
		if (!args_value(view, ref, &arg))
			return false;
		if (!fill_arg(view, arg.str, &list))
			list.kind = VALUE_NULL;
		remember_arg(view, ref, &list);
	}
	if (list.kind == VALUE_NULL)
		return false;
	*out = list;
	return true;
}

#define ALIAS (FIELD_OWN | FIELD_MATCH_ANY | FIELD_NO_RHS | FIELD_NO_TRANSFORMER)

static const struct field fields[ALIAS_OF_MAX + 1] = {
	[ALIAS_OF_NAME] = { "fd.name.alias", FIELD_STRING, ALIAS,
			    "Other names of fd.name: as given, made absolute, and by merged /usr, "
			    "/var/run, /var/lock, /proc/self.",
			    get_alias },
	[ALIAS_OF_DIRECTORY] = { "fd.directory.alias", FIELD_STRING, ALIAS,
				 "Directories of fd.name.alias.", get_alias },
	[ALIAS_OF_FILENAME] = { "fd.filename.alias", FIELD_STRING, ALIAS,
				"Last components of fd.name.alias.", get_alias },
	[ALIAS_OF_PATH] = { "fs.path.name.alias", FIELD_STRING, ALIAS,
			    "Other names of fs.path.name.", get_alias },
	[ALIAS_OF_SOURCE] = { "fs.path.source.alias", FIELD_STRING, ALIAS,
			      "Other names of fs.path.source.", get_alias },
	[ALIAS_OF_TARGET] = { "fs.path.target.alias", FIELD_STRING, ALIAS,
			      "Other names of fs.path.target.", get_alias },
	[ALIAS_OF_EXEPATH] = { "proc.exepath.alias", FIELD_STRING, ALIAS,
			       "Other names of proc.exepath: as given to exec or by the script, and "
			       "by merged /usr.",
			       get_alias },
	[ALIAS_OF_PEXEPATH] = { "proc.pexepath.alias", FIELD_STRING, ALIAS,
				"Other names of proc.pexepath.", get_alias },
	[ALIAS_OF_MAX] = { "evt.arg.alias", FIELD_STRING,
			   ALIAS | FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT,
			   "Other names of the path that is the argument: evt.arg.alias.path.",
			   get_arg_alias },
};

const struct field_family field_family_alias = FIELD_FAMILY(fields);
