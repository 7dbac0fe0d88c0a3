/*
 * The buddy lists: free blocks of each order.  A block's buddy differs from it
 * in one bit of its number; two free buddies become one block.
 */
#include "mm/buddy.h"
#include "mm/frame.h"

#define MAX_ORDER   10
#define FRAME_BLOCK 0x80 /* flags: head of a free block in a buddy list */

static u32 blocks[MAX_ORDER + 1]; /* frame numbers; 0 ends a list */

/* In a free block's first record, in `lines`: frame numbers, or 0. */
struct links {
    u32 next, prev;
};

static struct links *
links_of(u32 number)
{
    return (struct links *)&frames[number].lines;
}

static void
block_push(u32 number, int order)
{
    u32 next = blocks[order];

    *links_of(number) = (struct links){next, 0};
    if (next != 0) {
        links_of(next)->prev = number;
    }
    blocks[order] = number;
    frames[number].level = (u8)order;
    frames[number].flags = FRAME_BLOCK;
}

static void
block_remove(u32 number, int order)
{
    struct links at = *links_of(number);

    if (at.prev != 0) {
        links_of(at.prev)->next = at.next;
    } else {
        blocks[order] = at.next;
    }
    if (at.next != 0) {
        links_of(at.next)->prev = at.prev;
    }
    frames[number].flags = 0;
    frames[number].level = 0;
}

void
block_free(u32 number, int order)
{
    while (order < MAX_ORDER) {
        u32 buddy = number ^ 1u << order;
        if (buddy >= frames_count || frames[buddy].flags != FRAME_BLOCK
            || frames[buddy].level != order) {
            break;
        }
        block_remove(buddy, order);
        number &= ~(1u << order);
        order++;
    }
    block_push(number, order);
}

u32
block_take_small(int *order)
{
    int from = 0;

    while (from < *order && blocks[from] == 0) {
        from++;
    }
    *order = from;
    return block_take(from);
}

u32
block_take(int order)
{
    int from = order;

    while (from <= MAX_ORDER && blocks[from] == 0) {
        from++;
    }
    if (from > MAX_ORDER) {
        return 0;
    }
    u32 number = blocks[from];
    block_remove(number, from);
    while (from > order) {
        from--;
        block_push(number + (1u << from), from);
    }
    return number;
}
