/*
 * execve: check, then commit.  The new space is built whole, arguments and all,
 * beside the old one; only then does the process change over, and from there
 * on nothing can fail.
 */
#include "abi/auxv.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "core/config.h"
#include "core/panic.h"

#include "arch/cpu.h"
#include "arch/trap.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/usercopy.h"
#include "mm/vma.h"

#include "fs/file.h"
#include "fs/path.h"

#include "proc/elf.h"
#include "proc/exec.h"
#include "proc/fork.h"
#include "proc/process.h"
#include "proc/sched.h"
#include "proc/signal.h"

#define STRING_MAX (32 * PAGE_SIZE) /* of one argument, as Linux's */
#define CHUNK      PAGE_SIZE
#define AUXV_MAX   20

/* The new program's stack while it is being written, from the top down:
 *   path, environment strings, argument strings, random bytes,
 *   auxv, NULL, envp[], NULL, argv[], argc  <- rsp
 * (System V ABI for AMD64, 3.4.1). */
struct builder {
    struct as *as;
    vaddr_t sp;
    char *chunk;          /* CHUNK bytes to copy through */
    vaddr_t *pointers;    /* argv, NULL, envp, NULL */
    u64 argc, envc;
    vaddr_t path, random;
};

static int
push(struct builder *b, const void *data, size_t size)
{
    if (STACK_TOP - b->sp + size > ARG_LIMIT) {
        return -E2BIG;
    }
    b->sp -= size;
    return as_write(b->as, b->sp, data, size);
}

/* => entries before the NULL; -EFAULT, -E2BIG */
static long
count_pointers(vaddr_t array)
{
    long count = 0;

    for (; array != 0; count++, array += sizeof(vaddr_t)) {
        vaddr_t pointer;
        if (copy_from_user(&pointer, array, sizeof(pointer)) != 0) {
            return -EFAULT;
        }
        if (pointer == 0) {
            break;
        }
        if (count * sizeof(vaddr_t) > ARG_LIMIT) {
            return -E2BIG;
        }
    }
    return count;
}

/* The length of a user string, its first CHUNK bytes in b->chunk. */
static long
string_length(struct builder *b, vaddr_t from)
{
    long length = copy_string_from_user(b->chunk, from, CHUNK);
    size_t done = CHUNK;

    while (length == -ENAMETOOLONG && done < STRING_MAX) {
        length = copy_string_from_user(b->chunk, from + done, CHUNK);
        if (length >= 0) {
            return (long)done + length;
        }
        done += CHUNK;
    }
    return length == -ENAMETOOLONG ? -E2BIG : length;
}

static int
push_user_string(struct builder *b, vaddr_t from)
{
    long length = string_length(b, from);
    if (length < 0) {
        return (int)length;
    }
    size_t size = (size_t)length + 1;
    if (size <= CHUNK) {
        return push(b, b->chunk, size);
    }
    /* Longer than the chunk: its end first, as the stack grows down. */
    while (size > 0) {
        size_t part = size % CHUNK != 0 ? size % CHUNK : CHUNK;
        size -= part;
        int error = copy_from_user(b->chunk, from + size, part);
        if (error == 0) {
            error = push(b, b->chunk, part);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

/* Push the strings of a user array, last first, and keep where they went. */
static int
push_array(struct builder *b, vaddr_t array, vaddr_t *pointers, u64 count)
{
    pointers[count] = 0;
    while (count-- > 0) {
        vaddr_t from;
        int error = copy_from_user(&from, array + count * sizeof(from),
                                   sizeof(from));
        if (error == 0) {
            error = push_user_string(b, from);
        }
        if (error != 0) {
            return error;
        }
        pointers[count] = b->sp;
    }
    return 0;
}

static int
push_kernel_array(struct builder *b, const char *const *strings)
{
    for (u64 i = b->argc; i-- > 0;) {
        int error = push(b, strings[i], strlen(strings[i]) + 1);
        if (error != 0) {
            return error;
        }
        b->pointers[i] = b->sp;
    }
    b->pointers[b->argc] = 0;
    b->pointers[b->argc + 1] = 0;
    return 0;
}

/* Size the arrays.  => 0, -errno */
static int
count_args(struct builder *b, const struct exec_args *args)
{
    long argc = 0;
    long envc = 0;

    if (args->kernel_argv != NULL) {
        while (args->kernel_argv[argc] != NULL) {
            argc++;
        }
    } else {
        argc = count_pointers(args->argv);
        envc = argc >= 0 ? count_pointers(args->envp) : 0;
    }
    if (argc < 0 || envc < 0) {
        return (int)MIN(argc, envc);
    }
    b->argc = (u64)argc;
    b->envc = (u64)envc;
    u64 size = (b->argc + b->envc + 2) * sizeof(vaddr_t);
    if (size > ARG_LIMIT) {
        return -E2BIG;
    }
    b->pointers = kmalloc(size);
    return b->pointers != NULL ? 0 : -ENOMEM;
}

static int
push_strings(struct builder *b, const struct exec_args *args)
{
    int error = push(b, "\0\0\0\0\0\0\0", 8);

    if (error == 0) {
        error = push(b, args->path, strlen(args->path) + 1);
        b->path = b->sp;
    }
    if (error != 0) {
        return error;
    }
    if (args->kernel_argv != NULL) {
        return push_kernel_array(b, args->kernel_argv);
    }
    error = push_array(b, args->envp, b->pointers + b->argc + 1, b->envc);
    return error != 0 ? error
                      : push_array(b, args->argv, b->pointers, b->argc);
}

static int
push_random(struct builder *b)
{
    u64 seed[2] = {rdtsc() * 0x9e3779b97f4a7c15UL,
                   (rdtsc() ^ (u64)b->as) * 0xbf58476d1ce4e5b9UL};
    int error = push(b, seed, sizeof(seed));

    b->random = b->sp;
    return error;
}

static int
push_vectors(struct builder *b, const struct elf_image *image)
{
    u32 features[4];

    cpuid(1, 0, features);
    const struct auxv auxv[] = {
        {AT_HWCAP, features[3]}, {AT_PAGESZ, PAGE_SIZE}, {AT_CLKTCK, 100},
        {AT_PHDR, image->phdr}, {AT_PHENT, 56}, {AT_PHNUM, image->phnum},
        {AT_BASE, 0}, {AT_FLAGS, 0}, {AT_ENTRY, image->entry},
        {AT_UID, 0}, {AT_EUID, 0}, {AT_GID, 0}, {AT_EGID, 0},
        {AT_SECURE, 0}, {AT_RANDOM, b->random}, {AT_EXECFN, b->path},
        {AT_NULL, 0},
    };
    u64 arrays = (b->argc + b->envc + 2) * sizeof(vaddr_t);
    u64 below = sizeof(auxv) + arrays + sizeof(b->argc);

    /* rsp, which points to argc, is a multiple of 16. */
    b->sp = align_down(b->sp - below, 16) + below;
    int error = push(b, auxv, sizeof(auxv));
    if (error == 0) {
        error = push(b, b->pointers + b->argc + 1, (b->envc + 1) * 8);
    }
    if (error == 0) {
        error = push(b, b->pointers, (b->argc + 1) * 8);
    }
    return error != 0 ? error : push(b, &b->argc, sizeof(b->argc));
}

static int
build_stack(struct builder *b, const struct exec_args *args,
            const struct elf_image *image)
{
    struct as_map map = {
        .addr = STACK_TOP - STACK_LIMIT, .size = STACK_LIMIT,
        .prot = PROT_READ | PROT_WRITE, .vma_flags = VMA_STACK,
        .map_flags = MAP_PRIVATE | MAP_FIXED_NOREPLACE,
    };
    long addr = as_map(b->as, &map);

    if (addr < 0) {
        return addr == -EEXIST ? -EINVAL : (int)addr;
    }
    b->sp = STACK_TOP;
    int error = push_strings(b, args);
    if (error == 0) {
        error = push_random(b);
    }
    return error != 0 ? error : push_vectors(b, image);
}

/* Everything that can fail.  => 0 and the new space in b */
static int
prepare(struct builder *b, const struct exec_args *args,
        struct object *program, struct elf_image *image)
{
    b->chunk = kmalloc(CHUNK);
    b->as = as_alloc();
    int error = b->chunk != NULL && b->as != NULL ? 0 : -ENOMEM;

    if (error == 0) {
        error = count_args(b, args);
    }
    if (error == 0) {
        error = elf_load(b->as, program, image);
    }
    if (error == 0) {
        error = build_stack(b, args, image);
    }
    if (error == 0) {
        error = files_reserve_exec(current->files);
    }
    if (error == 0) {
        error = signal_reserve_exec();
    }
    return error;
}

static void
set_comm(const char *path)
{
    const char *slash = strrchr(path, '/');

    strlcpy(current->comm, slash != NULL ? slash + 1 : path, COMM_SIZE);
}

static void
set_registers(const struct builder *b, const struct elf_image *image)
{
    /* The state of a CPU after FNINIT with the default MXCSR. */
    memset(current->fpu, 0, sizeof(current->fpu));
    *(u16 *)&current->fpu[0] = 0x37f;
    *(u32 *)&current->fpu[24] = 0x1f80;
    fxrstor(current->fpu);
    current->fs_base = 0;
    sched_load_fs_base();
    *current->frame = (struct trapframe){
        .rip = image->entry, .rsp = b->sp, .cs = USER_CS, .ss = USER_SS,
        .rflags = RFLAGS_IF | RFLAGS_ONE, .vector = VECTOR_CHANGED,
    };
}

static void
commit(struct builder *b, const struct exec_args *args,
       const struct elf_image *image)
{
    struct as *old = current->as;

    b->as->brk_start = b->as->brk = image->brk;
    current->as = b->as;
    as_load(b->as);
    if (old != NULL) {
        as_put(old);
    }
    files_close_on_exec(current->files);
    signal_reset_exec();
    set_comm(args->path);
    set_registers(b, image);
    current->clear_child_tid = 0;
    spin_lock(&family_lock);
    current->execed = true;
    spin_unlock(&family_lock);
    vfork_release(current); /* last: the parent sees all of it done */
}

int
proc_exec(const struct exec_args *args)
{
    struct builder b = {.as = NULL};
    struct elf_image image;
    struct inode *inode;

    int error = path_find_program(args->path, &inode);
    if (error != 0) {
        return error;
    }
    error = prepare(&b, args, inode_object(inode), &image);
    inode_put(inode);
    if (error == 0) {
        /* ---- no failure below this line ---- */
        commit(&b, args, &image);
    } else {
        if (b.as != NULL) {
            as_put(b.as);
        }
        if (error == -EINVAL && current->as != NULL) {
            signal_force(SIGSEGV); /* as Linux, past its point of no return */
        }
    }
    kfree(b.chunk);
    kfree(b.pointers);
    return error;
}
