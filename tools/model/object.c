/*
 * Objects whose pages are made when they are first asked for.
 */
#include "abi/errno.h"

#include "core/spin.h"

#include "mm/frame.h"

#include "model/host.h"
#include "model/object.h"
#include "model/ops.h"

#define THINGS 24
#define FILES  2

static struct thing things[THINGS];
static struct spinlock things_lock = SPINLOCK_INIT(RANK_INODE);

static struct thing *
thing_of(struct object *object)
{
    return (struct thing *)object; /* its first field */
}

static bool
is_hidden(paddr_t frame)
{
    return (frame_of(frame)->flags & FRAME_HIDDEN) != 0;
}

static paddr_t
page_make(struct thing *thing, u64 index)
{
    paddr_t frame =
        frame_alloc_zero(thing->file ? FRAME_CACHE : FRAME_SHARED);

    for (int i = 0; i < WORDS && frame != 0; i++) {
        u64 *word = (u64 *)((char *)frame_ptr(frame) + word_offset(i));
        *word = thing->word[index][i];
    }
    if (frame != 0 && thing->lent) {
        frame_of(frame)->flags |= FRAME_HIDDEN;
    }
    thing->frame[index] = frame;
    return frame;
}

/* Shared memory lends zeros for its holes, as files do in the kernel. */
static int
thing_page(struct object *object, u64 index, enum object_use use,
           paddr_t *frame)
{
    struct thing *thing = thing_of(object);
    int error = 0;

    if (index >= thing->pages) {
        return -ERANGE;
    }
    spin_lock(&things_lock);
    *frame = thing->frame[index];
    if (*frame == 0 && use != OBJECT_WRITE && !thing->file) {
        thing->lent = true;
        *frame = zero_frame;
    } else if (*frame == 0 && (*frame = page_make(thing, index)) == 0) {
        error = -ENOMEM;
    }
    if (error == 0 && use != OBJECT_LOOK && is_hidden(*frame)) {
        error = -EAGAIN;
    }
    if (error == 0) {
        frame_get(*frame);
    }
    spin_unlock(&things_lock);
    return error;
}

/* While another operation holds a space's lock, there is no memory for it. */
static int
thing_show(struct object *object, u64 index)
{
    struct thing *thing = thing_of(object);
    paddr_t frame = thing->frame[index];
    bool mapped;

    if (frame == 0 || !is_hidden(frame)) {
        return 0;
    }
    struct space *mine = visit_all();
    if (mine == NULL) {
        failures[running_cpu]++;
        return -ENOMEM;
    }
    int error = object_unmap_zeros(object, index, &mapped);
    visit_end(mine);
    if (error == 0) {
        frame_of(frame)->flags &= (u8)~FRAME_HIDDEN;
    }
    return error;
}

static u64
thing_present(struct object *object, u64 index, u64 count, paddr_t *found)
{
    struct thing *thing = thing_of(object);
    u64 i = 0;

    spin_lock(&things_lock);
    for (; i < count && index + i < thing->pages; i++) {
        found[i] = thing->frame[index + i];
        if (found[i] != 0 && is_hidden(found[i])) {
            found[i] = 0;
        }
        if (found[i] != 0) {
            frame_get(found[i]);
        }
    }
    spin_unlock(&things_lock);
    return i;
}

static int
thing_adopt(struct object *object, u64 index, paddr_t frame)
{
    if (frame != 0) {
        thing_of(object)->frame[index] = frame;
        frame_adopt(frame, FRAME_SHARED);
    }
    return 0;
}

static u64
thing_size(struct object *object)
{
    return thing_of(object)->pages * PAGE_SIZE;
}

static void
thing_get(struct object *object)
{
    thing_of(object)->refs++;
}

void
thing_put(struct thing *thing)
{
    if (thing->refs == 0) {
        fail("an object is put once too often");
    }
    if (--thing->refs > 0) {
        return;
    }
    for (u64 i = 0; i < thing->pages; i++) {
        if (thing->frame[i] != 0) {
            frame_put(thing->frame[i]);
            thing->frame[i] = 0;
        }
    }
}

static void
object_put(struct object *object)
{
    thing_put(thing_of(object));
}

static const struct object_ops thing_ops = {
    .page = thing_page, .show = thing_show, .present = thing_present,
    .adopt = thing_adopt,
    .size = thing_size, .get = thing_get, .put = object_put,
};

static void
fill_words(struct thing *thing, u64 index)
{
    for (int w = 0; w < WORDS; w++) {
        thing->word[index][w] = thing->file ? random_below(1UL << 40) : 0;
    }
}

static void
thing_start(struct thing *thing, bool file)
{
    thing->object.ops = &thing_ops;
    thing->file = file;
    thing->refs = 1;
    thing->lent = false;
    thing->pages = file ? FILE_PAGES : THING_PAGES;
    for (u64 i = 0; i < THING_PAGES; i++) {
        fill_words(thing, i);
    }
}

void
thing_resize(struct thing *thing, u64 pages)
{
    spin_lock(&things_lock);
    thing->pages = pages;
    spin_unlock(&things_lock);
}

void
thing_drop_rest(struct thing *thing)
{
    spin_lock(&things_lock);
    for (u64 i = thing->pages; i < THING_PAGES; i++) {
        if (thing->frame[i] != 0) {
            frame_disown(thing->frame[i]);
            thing->frame[i] = 0;
        }
        fill_words(thing, i);
    }
    spin_unlock(&things_lock);
}

void
things_init(void)
{
    for (int i = 0; i < FILES; i++) {
        thing_start(&things[i], true);
    }
}

void
things_end(void)
{
    for (int i = 0; i < FILES; i++) {
        thing_put(&things[i]);
    }
    for (int i = 0; i < THINGS; i++) {
        if (things[i].refs != 0) {
            fail("object %d has %u references left", i, things[i].refs);
        }
    }
}

struct thing *
a_file(void)
{
    return &things[random_below(FILES)];
}

struct thing *
new_shared(void)
{
    for (int i = FILES; i < THINGS; i++) {
        if (things[i].refs == 0) {
            thing_start(&things[i], false);
            return &things[i];
        }
    }
    return NULL;
}
