/*
 * Arguments, environment and auxiliary vector of a new program.  The essential
 * fact: nobody else has the new space yet, so its stack is made here page by
 * page, from the top down, and written through the direct map: no fault, and no
 * walk of its tables for each word.
 */
#include "abi/auxv.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "core/config.h"
#include "core/memlayout.h"

#include "arch/cpu.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "proc/args.h"
#include "proc/elf.h"

#define STRING_MAX (32 * PAGE_SIZE) /* of one argument, as Linux's */
#define STACK_PROT (PROT_READ | PROT_WRITE)
#define LINE       64  /* bytes of an array that are read at a time */
#define PIECE      256 /* bytes of a string that are looked at, at a time */

/* ---- Reading the arrays ---- */

/* Make room for twice as many words. */
static int
grow(struct args *args)
{
    u64 size = args->capacity * sizeof(u64);

    if (size >= ARG_LIMIT) {
        return -E2BIG;
    }
    u64 *words = kmalloc(2 * size);
    if (words == NULL) {
        return -ENOMEM;
    }
    memcpy(words, args->words, size);
    args_free(args);
    args->words = words;
    args->capacity *= 2;
    return 0;
}

/* Read a user's array, its NULL included; no array is an empty one. */
static int
read_array(struct args *args, vaddr_t array)
{
    if (array == 0) {
        args->words[args->count++] = 0;
        return 0;
    }
    for (;;) {
        /* Up to a border: what lies behind the NULL may be unmapped. */
        u64 n = MAX((LINE - array % LINE) / sizeof(u64), 1UL);
        int error = args->count + n >= args->capacity ? grow(args) : 0;
        if (error == 0) {
            error = copy_from_user(&args->words[args->count], array,
                                   n * sizeof(u64));
        }
        if (error != 0) {
            return error;
        }
        array += n * sizeof(u64);
        while (n-- > 0) {
            if (args->words[args->count++] == 0) {
                return 0;
            }
        }
    }
}

int
args_read(struct args *args, const struct exec_args *from)
{
    args->words = args->few;
    args->capacity = ARGS_FEW;
    args->count = 1;
    if (from->kernel_argv != NULL) {
        const char *const *strings = from->kernel_argv;
        do {
            args->words[args->count++] = (u64)*strings;
        } while (*strings++ != NULL);
    } else {
        int error = read_array(args, from->argv);
        if (error != 0) {
            return error;
        }
    }
    if (args->count == 2) {
        args->words[args->count++] = 0; /* for "", see push_strings */
    }
    args->words[0] = args->count - 2;
    return read_array(args, from->envp);
}

void
args_free(struct args *args)
{
    if (args->words != args->few) {
        kfree(args->words);
    }
}

/* ---- Writing the stack ---- */

struct stack {
    struct as *as;
    vaddr_t base;  /* the lowest page so far */
    char *page;    /* its contents */
    size_t left;   /* bytes of it that are free */
};

static vaddr_t
rsp(const struct stack *stack)
{
    return stack->base + stack->left;
}

static int
add_page(struct stack *stack)
{
    if (STACK_TOP - stack->base >= ARG_LIMIT) {
        return -E2BIG;
    }
    paddr_t frame = frame_alloc_zero(FRAME_ANON);
    if (frame == 0) {
        return -ENOMEM;
    }
    stack->base -= PAGE_SIZE;
    stack->page = frame_ptr(frame);
    stack->left = PAGE_SIZE;
    spin_lock(&stack->as->lock);
    int error = range_map_frame(stack->as, stack->base, frame, STACK_PROT);
    spin_unlock(&stack->as->lock);
    return error;
}

/* Push size bytes, their end first, as the stack grows down; from the caller's
 * memory, or if that is 0, from data. */
static inline int
push_from(struct stack *stack, vaddr_t user, const char *data, size_t size)
{
    while (size > 0) {
        int error = stack->left == 0 ? add_page(stack) : 0;
        if (error != 0) {
            return error;
        }
        size_t part = MIN(size, stack->left);
        size -= part;
        stack->left -= part;
        char *to = stack->page + stack->left;
        if (user == 0) {
            memcpy(to, data + size, part);
        } else if (copy_from_user(to, user + size, part) != 0) {
            return -EFAULT;
        }
    }
    return 0;
}

static int
push(struct stack *stack, const void *data, size_t size)
{
    return push_from(stack, 0, data, size);
}

static int
push_user_string(struct stack *stack, vaddr_t from)
{
    char piece[PIECE];
    size_t before = 0;
    long length = copy_string_from_user(piece, from, PIECE);

    if (length >= 0) {
        return push(stack, piece, (size_t)length + 1);
    }
    /* A longer one is measured first. */
    while (length == -ENAMETOOLONG) {
        before += PIECE;
        if (before >= STRING_MAX) {
            return -E2BIG;
        }
        length = copy_string_from_user(piece, from + before, PIECE);
    }
    if (length < 0) {
        return (int)length;
    }
    /* With a NUL of ours, whatever another thread has made of theirs by now. */
    int error = push(stack, "", 1);
    return error != 0 ? error
                      : push_from(stack, from, NULL, before + (size_t)length);
}

/* Push the strings, last first; each word that said where one is then says
 * where it went.  Who gives no argument gives one, "", as on Linux: many
 * programs read argv[0] unseen. */
static int
push_strings(struct stack *stack, struct args *args, bool from_user)
{
    int error = 0;

    for (u64 i = args->count - 1; i > 0 && error == 0; i--) {
        u64 from = args->words[i];
        if (from != 0) {
            error = from_user ? push_user_string(stack, from)
                              : push(stack, (char *)from,
                                     strlen((char *)from) + 1);
            args->words[i] = rsp(stack);
        } else if (i == 1) {
            error = push(stack, "", 1);
            args->words[i] = rsp(stack);
        }
    }
    return error;
}

/* Push auxv and the words below it, so that rsp is a multiple of 16. */
static int
push_vectors(struct stack *stack, const struct args *args,
             const struct elf_image *image, vaddr_t path, vaddr_t random)
{
    static const char zeros[16];
    u32 features[4];

    cpuid(1, 0, features);
    const struct auxv auxv[] = {
        {AT_HWCAP, features[3]}, {AT_PAGESZ, PAGE_SIZE}, {AT_CLKTCK, 100},
        {AT_PHDR, image->phdr}, {AT_PHENT, 56}, {AT_PHNUM, image->phnum},
        {AT_BASE, 0}, {AT_FLAGS, 0}, {AT_ENTRY, image->entry},
        {AT_UID, 0}, {AT_EUID, 0}, {AT_GID, 0}, {AT_EGID, 0},
        {AT_SECURE, 0}, {AT_RANDOM, random}, {AT_EXECFN, path},
        {AT_NULL, 0},
    };
    size_t size = args->count * sizeof(u64);

    int error = push(stack, zeros, (rsp(stack) - sizeof(auxv) - size) % 16);
    if (error == 0) {
        error = push(stack, auxv, sizeof(auxv));
    }
    return error != 0 ? error : push(stack, args->words, size);
}

int
args_push(struct args *args, const struct exec_args *from, struct as *as,
          const struct elf_image *image, vaddr_t *sp)
{
    struct stack stack = {.as = as, .base = STACK_TOP};
    const struct vma vma = {
        .start = STACK_TOP - STACK_LIMIT, .end = STACK_TOP,
        .prot = STACK_PROT, .flags = VMA_STACK,
    };
    /* Above the strings lie 8 zero bytes, as on Linux, and random ones. */
    const u64 top[] = {rdtsc() * 0x9e3779b97f4a7c15UL,
                       (rdtsc() ^ (u64)as) * 0xbf58476d1ce4e5b9UL, 0};

    spin_lock(&as->lock);
    int error = elf_map(as, &vma, MAP_FIXED_NOREPLACE);
    spin_unlock(&as->lock);
    if (error == 0) {
        error = push(&stack, top, sizeof(top));
    }
    vaddr_t random = rsp(&stack);
    if (error == 0) {
        error = push(&stack, from->path, strlen(from->path) + 1);
    }
    vaddr_t path = rsp(&stack);
    if (error == 0) {
        error = push_strings(&stack, args, from->kernel_argv == NULL);
    }
    if (error == 0) {
        error = push_vectors(&stack, args, image, path, random);
    }
    *sp = rsp(&stack);
    return error == -EEXIST ? -EINVAL : error;
}
