/*
 * Memory for one line: everything made while a line is parsed and run, freed
 * at once when it is done. So no part of the shell needs to free anything.
 */
#include <stdlib.h>
#include <string.h>

#include "sh.h"

struct block {
    struct block *next;
    size_t room;
    _Alignas(16) char memory[];
};

static struct block *blocks;
static size_t used; /* of the first block */

#define BLOCK_SIZE 4000

void *
line_alloc(size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (blocks == NULL || blocks->room - used < size) {
        size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
        struct block *block = malloc(sizeof(*block) + room);
        if (block == NULL) {
            complain("out of memory");
            exit(2);
        }
        block->next = blocks;
        block->room = room;
        blocks = block;
        used = 0;
    }
    void *result = blocks->memory + used;
    used += size;
    return result;
}

char *
line_copy(const char *text, size_t length)
{
    char *copy = line_alloc(length + 1);

    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

void
line_free(void)
{
    while (blocks != NULL) {
        struct block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
}
