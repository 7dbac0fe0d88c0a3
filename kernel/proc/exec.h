/*
 * execve, and its parts: the segments of an ELF64 program (elf.c), scripts
 * (script.c, optional), and arguments (args.c).  These go from the caller's
 * memory to the top of the new stack, in the layout of the System V ABI for
 * AMD64 (3.4.1):
 *
 *      argc, argv[], NULL, envp[], NULL, auxv,
 *      ^ rsp
 *            argument strings, environment strings, path, random bytes, 0
 *                                                               STACK_TOP ^
 */
#pragma once

#include "abi/mman.h"

#include "core/types.h"

#include "proc/thread.h"

struct as;
struct cred;
struct inode;
struct object;
struct vma;

/* Replace the current process's program by the one at path, and give it the
 * user's arguments (args_read).
 * => no spinlock held
 * => 0: the frame is the new program's; -errno: the caller is as it was */
int proc_exec(const char *path, vaddr_t argv, vaddr_t envp);

/* The same with the program that program_take has given.  Its name is `path`;
 * hidden: the new program cannot find it there, so it must not be a script.
 * => uses up the program */
int proc_exec_program(struct inode *inode, const char *path, bool hidden,
                      vaddr_t argv, vaddr_t envp);

#define STACK_PROT (PROT_READ | PROT_WRITE) /* unless the program says more */

/* Where a segment's file part ends inside a page that may be written to. */
struct elf_border {
    vaddr_t addr;    /* 0: nowhere */
    paddr_t page;    /* the file's; without a reference (busy_exec) */
    u32 prot;
};

struct elf_image {
    vaddr_t entry;
    vaddr_t phdr;    /* where the program headers are mapped, or 0 */
    u64 phnum;
    u32 stack_prot;  /* PROT_*, of the stack */
    vaddr_t brk;     /* the first page behind the last segment */
    struct elf_border border; /* the last one */
    bool plain;      /* there is no other, and segments lie in order */
};

/* Map the program in object into as.
 * => no thread uses `as` yet
 * => 0; -ENOEXEC: not an ELF64 program for this machine; -ENOMEM;
 *    -EINVAL: its segments cannot be mapped */
int elf_load(struct as *as, struct object *object, struct elf_image *image)
    __must_check;

/* Map a segment, or the stack, of a program that is being built.
 * => as->lock held; it is released for a time; map_flags: MAP_FIXED(_NOREPLACE)
 * => 0; as_map's errors */
int elf_map(struct as *as, const struct vma *vma, u32 map_flags) __must_check;

#define SCRIPTS_MAX 5               /* in a row */
#define ARGS_FRONT  (2 * SCRIPTS_MAX) /* arguments that these add */
#define ARGS_FEW    (ARGS_FRONT + 32)

struct args {
    u64 *words;        /* from `first` on: argc, argv, NULL, envp, NULL */
    u64 first, count, capacity;
    u64 few[ARGS_FEW]; /* used for `words` if they fit */
    const char *given; /* strings that are the first arguments, whatever */
    u64 givens;        /* argv has there; how many */
    char *script;      /* what holds them, if there is a script; or NULL */
    u32 scripts;       /* so far */
    bool hidden;       /* set before args_read: no script may be the program */
    const struct cred *cred; /* the new program's, for args_push */
    bool secure;             /* the same; AT_SECURE */
};

/* Read the user's arrays of pointers, ended by NULL; 0: empty.  Without any
 * argument, argv[0] is `given`.
 * => no spinlock held
 * => 0, -EFAULT, -E2BIG, -ENOMEM; args_free must follow in any case */
int args_read(struct args *args, const char *given, vaddr_t argv,
              vaddr_t envp) __must_check;
void args_free(struct args *args);

/* Map and write the stack of a new space, which no thread uses yet.
 * => after args_read, from the same caller
 * => 0 and the program's first *sp; -EFAULT, -E2BIG, -ENOMEM;
 *    -EINVAL: the program lies where the stack should be */
int args_push(struct args *args, const char *path, struct as *as,
              const struct elf_image *image, vaddr_t *sp) __must_check;

/* If the program is a script (a text that begins with `#!`), put its
 * interpreter in its place, and in the arguments the interpreter's name, its
 * argument and the script's path in the place of argv[0].
 * => after args_read
 * => 1: *program was replaced, with its reference; 0: it is no script;
 *    path_find_program's errors; -ELOOP: too many in a row; -ENOENT: it would
 *    not be found by its path; -ENOMEM */
int script_follow(struct args *args, const char *path, struct inode **program)
    __must_check;

/* A program that has been built, for exec or a new process. */
struct program {
    struct as *as;
    struct cred *cred; /* NULL: the ids stay as they are */
    struct args args;
    struct elf_image image;
    vaddr_t rsp;
    char name[COMM_SIZE];
};

/* Build the program at path with the user's arguments, as the current thread's
 * ids, directory and umask let it: all of exec that can fail.
 * => no spinlock held; program_drop must follow in any case
 * => 0; -EINVAL: a segment cannot be mapped; path_find_program's, elf_load's,
 *    args_read's, args_push's errors */
int program_build(struct program *program, const char *path, vaddr_t argv,
                  vaddr_t envp) __must_check;

/* The same of the inode that program_take has given, as proc_exec_program. */
int program_build_from(struct program *program, struct inode *inode,
                       const char *path, bool hidden, vaddr_t argv,
                       vaddr_t envp) __must_check;

/* Free its arguments; and if nobody has taken space and ids over, those. */
void program_drop(struct program *program, bool taken);

/* The registers at its first instruction. */
void program_enter(const struct program *program, struct trapframe *frame);
