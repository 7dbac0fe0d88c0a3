/*
 * Epolls that watch epolls.
 */
#include "fs/epoll.h"
#include "fs/epoll_item.h"
#include "fs/file.h"

static u64 visit; /* m  the number of the search */

/* Epolls below this one, in levels, or above it.
 * => more than EPOLL_NESTS, if `end` is below */
static u32
levels_below(struct epoll *epoll, const struct epoll *end)
{
    if (epoll->visit != visit) {
        epoll->visit = visit;
        epoll->depth = epoll == end ? EPOLL_NESTS + 1 : 0;
        list_for_each_entry(item, &epoll->items, struct epoll_item, link) {
            struct epoll *inner = epoll_of(item->file);
            if (inner != NULL && epoll != end) {
                epoll->depth = MAX(epoll->depth, levels_below(inner, end) + 1);
            }
        }
    }
    return epoll->depth;
}

static u32
levels_above(struct epoll *epoll)
{
    if (epoll->visit != visit) {
        epoll->visit = visit;
        epoll->depth = 0;
        for (struct epoll_item *item = epoll->file->watched; item != NULL;
             item = item->next) {
            epoll->depth = MAX(epoll->depth, levels_above(item->epoll) + 1);
        }
    }
    return epoll->depth;
}

bool
epoll_may_nest(struct epoll *outer, struct epoll *inner)
{
    visit++;
    u32 below = levels_below(inner, outer);
    visit++;
    return below + 1 + levels_above(outer) <= EPOLL_NESTS;
}
