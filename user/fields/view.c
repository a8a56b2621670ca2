// SPDX-License-Identifier: Apache-2.0
#include "fields/view.h"

#include "fields/aliases.h"
#include "fields/events.h"

static bool source_get(const struct field_source *source, const struct field_ref *ref,
		       struct value *out)
{
	field_get_fn *get = ref->field->get;

	return get && get(source->ctx, ref, out);
}

void view_init(struct event_view *view)
{
	view->aliases = arena_alloc(view->scratch, sizeof(*view->aliases));
	view->source.get = source_get;
	view->source.event_type = event_type_of(view->rec->hdr);
	view->source.scratch = view->scratch;
	view->source.ctx = view;
}
