/* SPDX-License-Identifier: MIT */
/* kinds.c - what is remembered of which entity.
 *
 * In the order in which they are put back.
 */
#include "common/store/kinds/kinds.h"

static const struct kind *const kinds[LLMREG_ENTITIES] = {
    [LLMREG_ENTITY_ENDPOINT] = &kind_endpoint,
    [LLMREG_ENTITY_AGENT] = &kind_agent,
    [LLMREG_ENTITY_HOST] = &kind_host,
    [LLMREG_ENTITY_SESSION] = &kind_session,
    [LLMREG_ENTITY_ALERT] = &kind_alert,
    [LLMREG_ENTITY_TOKEN] = &kind_token,
};

const struct kind *kind_of(enum llmreg_entity entity)
{
    return (unsigned)entity < LLMREG_ENTITIES ? kinds[entity] : NULL;
}
