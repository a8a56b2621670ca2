/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RTEXT_H
#define RULES_RTEXT_H

/* A text put together from scalars of the files, which knows where each byte comes from. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "yaml/node.h"

#define RULES_TEXT_BYTES_MAX ((size_t)4 << 20) /* one condition with its lists put in */

/* From `start` on, the text is the node's scalar from `offset` on; fixed: all is made from there. */
struct seg {
	uint32_t start;
	uint32_t offset;
	const struct node *node;
	bool fixed;
};

struct rtext {
	struct buf buf;
	struct seg *segs;
	uint32_t n_segs;
	uint32_t size;
};

void rtext_init(struct rtext *text);
void rtext_done(struct rtext *text);
void rtext_mark(struct rtext *text, struct seg seg);
void rtext_place(const struct rtext *text, uint32_t offset, struct place *out);

/* Place of a byte of the scalar's text. */
void node_place_at(const struct node *node, uint32_t offset, struct place *out);

#endif /* RULES_RTEXT_H */
