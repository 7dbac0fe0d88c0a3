/*
 * Arguments, environment and auxiliary vector of a new program.  The essential
 * fact: no other thread has the new space yet.  So its stack is made here page
 * by page, from the top down, and written through the direct map: without
 * faults, and without a walk of its tables for each word.
 */
#include "abi/auxv.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "core/config.h"
#include "core/memlayout.h"
#include "core/optional.h"

#include "arch/cpu.h"
#include "arch/random.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/heap.h"
#include "mm/range.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "proc/cred.h"
#include "proc/exec.h"
#include "proc/limits.h"

OPTIONAL(random_words)

#define STRING_MAX (32 * PAGE_SIZE) /* of one argument, as Linux's */
#define LINE       64  /* bytes of an array that are read at a time */
#define PIECE      256 /* bytes of a string that are looked at, at a time */

/* ---- Reading the arrays ---- */

/* Make room for twice as many words. */
static int
args_grow(struct args *args)
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
    if (args->words != args->few) {
        kfree(args->words);
    }
    args->words = words;
    args->capacity *= 2;
    return 0;
}

/* Read a user's array, with its NULL; address 0 means an empty array. */
static int
read_array(struct args *args, vaddr_t array)
{
    if (array == 0) {
        args->words[args->count++] = 0;
        return 0;
    }
    for (;;) {
        /* To a multiple of LINE: the page behind the NULL may be unmapped. */
        u64 n = MAX((LINE - array % LINE) / sizeof(u64), 1UL);
        int error = args->count + n >= args->capacity ? args_grow(args) : 0;
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
        if (cond_resched()) {
            return -EINTR;
        }
    }
}

int
args_read(struct args *args, const char *given, vaddr_t argv, vaddr_t envp)
{
    args->words = args->few;
    args->capacity = ARGS_FEW;
    args->first = ARGS_FRONT;
    args->count = ARGS_FRONT + 1;
    args->given = given;
    args->givens = 0;
    args->script = NULL;
    args->scripts = 0;
    int error = read_array(args, argv);
    if (error != 0) {
        return error;
    }
    if (args->count == ARGS_FRONT + 2) {
        /* As on Linux: many programs read argv[0] unchecked. */
        args->words[args->count++] = 0;
        args->givens = 1;
    }
    args->words[ARGS_FRONT] = args->count - ARGS_FRONT - 2;
    return read_array(args, envp);
}

void
args_free(struct args *args)
{
    if (args->words != args->few) {
        kfree(args->words);
    }
    kfree(args->script);
}

/* ---- Writing the stack ---- */

struct stack {
    struct as *as;
    u32 prot;      /* PROT_* */
    vaddr_t base;  /* the lowest page so far */
    char *page;    /* its contents */
    size_t left;   /* bytes of it that are free */
    u64 most;      /* bytes that the arguments may take */
    int error;     /* the first one; after it nothing more is pushed */
};

static vaddr_t
rsp(const struct stack *stack)
{
    return stack->base + stack->left;
}

static int
add_page(struct stack *stack)
{
    if (STACK_TOP - stack->base >= stack->most) {
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
    int error = range_map_frame(stack->as, stack->base, frame, stack->prot);
    spin_unlock(&stack->as->lock);
    return error;
}

/* Push size bytes, the last ones first, as the stack grows down: from the
 * caller's memory at user or, if that is 0, from data. */
static __noinline void
push_from(struct stack *stack, vaddr_t user, const char *data, size_t size)
{
    while (size > 0 && stack->error == 0) {
        if (stack->left == 0 && (stack->error = add_page(stack)) != 0) {
            return;
        }
        size_t part = MIN(size, stack->left);
        size -= part;
        stack->left -= part;
        char *to = stack->page + stack->left;
        if (user == 0) {
            memcpy(to, data + size, part);
        } else if (copy_from_user(to, user + size, part) != 0) {
            stack->error = -EFAULT;
        }
        if (cond_resched()) {
            stack->error = -EINTR;
        }
    }
}

static void
push(struct stack *stack, const void *data, size_t size)
{
    if (size <= stack->left && stack->error == 0) { /* as nearly always */
        stack->left -= size;
        memcpy(stack->page + stack->left, data, size);
    } else {
        push_from(stack, 0, data, size);
    }
}

static void
push_user_string(struct stack *stack, vaddr_t from)
{
    char piece[PIECE];
    size_t before = 0;
    long length = copy_string_from_user(piece, from, PIECE);

    if (length >= 0) {
        push(stack, piece, (size_t)length + 1);
        return;
    }
    /* Measure a longer string first. */
    while (length == -ENAMETOOLONG) {
        before += PIECE;
        length = before >= STRING_MAX
                     ? -E2BIG : copy_string_from_user(piece, from + before,
                                                      PIECE);
        (void)cond_resched();
    }
    if (length < 0) {
        stack->error = (int)length;
        return;
    }
    /* Push our own NUL: another thread may have overwritten the string's. */
    push(stack, "", 1);
    push_from(stack, from, NULL, before + (size_t)length);
}

/* Push the strings, the last one first.  The word that pointed to a string
 * becomes its new address. */
static void
push_strings(struct stack *stack, struct args *args)
{
    u64 *given = args->words + args->first + 1, *rest = given + args->givens;
    u64 *word = args->words + args->count;
    u64 i, size = 0;

    while (--word >= rest && stack->error == 0) {
        if (*word != 0) {
            push_user_string(stack, *word);
            *word = rsp(stack);
        }
    }
    for (i = 0; i < args->givens; i++) {
        given[i] = size;
        size += strlen(args->given + size) + 1;
    }
    push(stack, args->given, size);
    while (i-- > 0) {
        given[i] += rsp(stack);
    }
}

/* Push auxv and the words below it, so that rsp is a multiple of 16. */
static void
push_vectors(struct stack *stack, const struct args *args,
             const struct elf_image *image, vaddr_t path, vaddr_t random)
{
    static const char zeros[16];
    const struct cred *cred = args->cred;
    u32 features[4];

    cpuid(1, 0, features);
    const struct auxv auxv[] = {
        {AT_HWCAP, features[3]}, {AT_PAGESZ, PAGE_SIZE}, {AT_CLKTCK, 100},
        {AT_PHDR, image->phdr}, {AT_PHENT, 56}, {AT_PHNUM, image->phnum},
        {AT_BASE, 0}, {AT_FLAGS, 0}, {AT_ENTRY, image->entry},
        {AT_UID, cred->uid}, {AT_EUID, cred->euid},
        {AT_GID, cred->gid}, {AT_EGID, cred->egid},
        {AT_SECURE, args->secure}, {AT_RANDOM, random},
        {AT_EXECFN, path},
        {AT_NULL, 0},
    };
    size_t size = (args->count - args->first) * sizeof(u64);

    push(stack, zeros, (rsp(stack) - sizeof(auxv) - size) % 16);
    push(stack, auxv, sizeof(auxv));
    push(stack, args->words + args->first, size);
}

/* A template's stack may fit.  => as->lock held */
static int
map_stack(struct as *as, const struct vma *vma)
{
    const struct vma *there = vma_find(as, STACK_TOP - 1);

    if (there != NULL && (there->flags & VMA_STACK) != 0) {
        if (there->start == vma->start) {
            return 0;
        }
        if (vma_own(as, there->start, STACK_TOP, 0) != 0) {
            return -ENOMEM;
        }
        vma_remove(as, there->start, STACK_TOP);
    }
    return elf_map(as, vma, MAP_FIXED_NOREPLACE);
}

int
args_push(struct args *args, const char *path, struct as *as,
          const struct elf_image *image, vaddr_t *sp)
{
    u64 limit = limit_soft(RLIMIT_STACK, STACK_LIMIT);
    struct stack stack = {
        .as = as, .prot = image->stack_prot, .base = STACK_TOP,
        .most = MIN(MAX(limit / 4, STACK_FIRST), ARG_LIMIT),
    };
    struct vma vma = {
        .end = STACK_TOP, .prot = stack.prot, .flags = VMA_STACK,
    };
    /* Above the strings lie 8 zero bytes, as on Linux, and 16 random ones. */
    u64 top[3] = {0};

    random_words((u32 *)top);

    if (as->vmas != NULL && as->vmas->high > STACK_TOP - stack.most) {
        const struct vma *there = vma_first_from(as, STACK_TOP - stack.most);
        stack.error = there != NULL && there->start < STACK_TOP
                              && (there->flags & VMA_STACK) == 0 ? -EINVAL : 0;
    }
    push(&stack, top, sizeof(top));
    vaddr_t random = rsp(&stack);
    push(&stack, path, strlen(path) + 1);
    vaddr_t execfn = rsp(&stack);
    push_strings(&stack, args);
    push_vectors(&stack, args, image, execfn, random);
    *sp = rsp(&stack);
    if (stack.error == 0) {
        u64 most = MIN(STACK_TOP - stack.base + STACK_FIRST,
                       align_down(limit, PAGE_SIZE));
        vma.start = MIN(STACK_TOP - most, stack.base);
        spin_lock(&as->lock);
        stack.error = map_stack(as, &vma);
        spin_unlock(&as->lock);
    }
    return stack.error == -EEXIST ? -EINVAL : stack.error;
}
