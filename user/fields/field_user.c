// SPDX-License-Identifier: Apache-2.0
/* Who the thread acts as, and who logged in. */
#include "fields/family.h"
#include "fields/users.h"

static bool value_piece(const struct event_view *view, struct value *out, const char *s,
			uint32_t len)
{
	return value_str(out, arena_strndup(view->scratch, s, len));
}

static bool get_uid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->euid);
}

static bool get_name(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, users_name(view, view->rec->hdr->euid));
}

static bool get_homedir(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	struct user user;

	(void)ref;
	if (!users_user(view, view->rec->hdr->euid, &user))
		return value_str(out, view->rec->hdr->euid == 0 ? "/root" : "<NA>");
	return value_piece(view, out, user.home, user.home_len);
}

static bool get_shell(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct user user;

	(void)ref;
	if (!users_user(view, view->rec->hdr->euid, &user))
		return value_str(out, "<NA>");
	return value_piece(view, out, user.shell, user.shell_len);
}

static bool get_loginuid(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	uint32_t uid = view->rec->hdr->loginuid;

	(void)ref;
	return value_int(out, uid == UINT32_MAX ? -1 : (int64_t)uid);
}

/* Logins are the host's, also of processes in containers. */
static bool get_loginname(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	uint32_t uid = view->rec->hdr->loginuid;
	struct user user;

	(void)ref;
	if (!users_host_user(view->users, uid, &user))
		return value_str(out, uid == 0 ? "root" : "<NA>");
	return value_piece(view, out, user.name, user.name_len);
}

static bool get_gid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->egid);
}

static bool get_group_name(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const char *name = users_group(view, view->rec->hdr->egid);

	(void)ref;
	if (!name)
		name = view->rec->hdr->egid == 0 ? "root" : "<NA>";
	return value_str(out, name);
}

static const struct field fields[] = {
	{ "user.uid", FIELD_UINT32, 0, "Effective user id, as Falco has it.", get_uid },
	{ "user.name", FIELD_STRING, 0, "Name of user.uid; the text <NA> if unknown.", get_name },
	{ "user.homedir", FIELD_STRING, 0, "Home of the user; the text <NA> if unknown.",
	  get_homedir },
	{ "user.shell", FIELD_STRING, 0, "Login shell; the text <NA> if unknown.", get_shell },
	{ "user.loginuid", FIELD_INT64, 0, "User id at login; -1 if unset.", get_loginuid },
	{ "user.loginname", FIELD_STRING, 0, "Name of user.loginuid; the text <NA> if unknown.",
	  get_loginname },
	{ "group.gid", FIELD_UINT32, 0, "Effective group id, as Falco has it.", get_gid },
	{ "group.name", FIELD_STRING, 0, "Name of group.gid; the text <NA> if unknown.",
	  get_group_name },
};

const struct field_family field_family_user = FIELD_FAMILY(fields);
