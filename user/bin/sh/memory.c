/*
 * Memory in blocks, so that no part of the shell needs to free single pieces.
 * What is made while commands run goes on a stack, and is gone when the
 * command that made it has ended; a parsed tree has blocks of its own, which
 * a function that was defined in it keeps.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "sh.h"

#define BLOCK_SIZE 4000
#define STACK_MAX  (8 << 20)

struct block {
    struct block *next;
    size_t room;
    size_t used;
    _Alignas(16) char memory[];
};

static struct block *temporary;

void *
check_memory(void *memory)
{
    if (memory == NULL) {
        complain("out of memory");
        exit(2);
    }
    return memory;
}

bool
stack_is_full(void)
{
    static const char *start;
    static size_t limit;
    struct rlimit rlimit;
    const char *here = __builtin_frame_address(0);

    if (start == NULL) {
        start = here;
        limit = getrlimit(RLIMIT_STACK, &rlimit) < 0 ||
                        rlimit.rlim_cur > STACK_MAX
                    ? STACK_MAX : rlimit.rlim_cur;
    }
    return (size_t)(start - here) > limit / 4 * 3;
}

static void *
take(struct block **blocks, size_t size)
{
    struct block *block = *blocks;

    size = (size + 15) & ~(size_t)15;
    if (block == NULL || block->room - block->used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        block = check_memory(malloc(sizeof(*block) + room));
        *block = (struct block){.next = *blocks, .room = room};
        *blocks = block;
    }
    block->used += size;
    return block->memory + block->used - size;
}

static void
free_until(struct block **blocks, const struct block *last)
{
    while (*blocks != last) {
        struct block *next = (*blocks)->next;
        free(*blocks);
        *blocks = next;
    }
}

void *
temp_alloc(size_t size)
{
    return take(&temporary, size);
}

char *
temp_copy(const char *text, size_t length)
{
    char *copy = temp_alloc(length + 1);

    if (length > 0) { /* else text may be NULL */
        memcpy(copy, text, length);
    }
    copy[length] = '\0';
    return copy;
}

struct mark
temp_mark(void)
{
    return (struct mark){temporary, temporary == NULL ? 0 : temporary->used};
}

void
temp_release(struct mark mark)
{
    free_until(&temporary, mark.block);
    if (temporary != NULL) {
        temporary->used = mark.used;
    }
}

void
text_insert(struct text *text, size_t at, const char *bytes, size_t length)
{
    if (text->length + length + 1 > text->room) {
        char *old = text->bytes;
        text->room = (text->length + length + 1) * 2;
        text->bytes = text->kept ? check_memory(realloc(old, text->room))
                                 : temp_alloc(text->room);
        if (!text->kept && old != NULL) {
            memcpy(text->bytes, old, text->length);
        }
    }
    char *place = text->bytes + at;
    memmove(place + length, place, text->length - at);
    memcpy(place, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void
text_add(struct text *text, const char *bytes, size_t length)
{
    text_insert(text, text->length, bytes, length);
}

void
marked_add(struct marked *marked, char c, bool quoted)
{
    text_add(&marked->text, &c, 1);
    text_add(&marked->marks, &(char){quoted}, 1);
}

struct tree *
tree_new(void)
{
    struct tree *tree = check_memory(malloc(sizeof(*tree)));

    *tree = (struct tree){.users = 1};
    return tree;
}

void *
tree_alloc(struct tree *tree, size_t size)
{
    struct block *blocks = tree->blocks;
    void *memory = memset(take(&blocks, size), 0, size);

    tree->blocks = blocks;
    return memory;
}

char *
tree_copy(struct tree *tree, const char *text, size_t length)
{
    return memcpy(tree_alloc(tree, length + 1), text, length);
}

void
tree_put(struct tree *tree)
{
    struct block *blocks = tree->blocks;

    if (--tree->users == 0) {
        free_until(&blocks, NULL);
        free(tree);
    }
}
