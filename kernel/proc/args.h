/*
 * A new program's arguments: from the caller's memory to the top of the new
 * stack, in the layout of the System V ABI for AMD64 (3.4.1):
 *
 *      argc, argv[], NULL, envp[], NULL, auxv,
 *      ^ rsp
 *            argument strings, environment strings, path, random bytes, 0
 *                                                               STACK_TOP ^
 *
 *      args_read --> args_push (perhaps) --> args_free
 */
#pragma once

#include "core/types.h"

struct as;
struct elf_image;

#define ARGS_FEW 32

struct args {
    u64 *words;        /* argc, argv, NULL, envp, NULL */
    u64 count, capacity;
    u64 few[ARGS_FEW]; /* used for `words` if they fit */
};

/* Read the user's arrays of pointers, ended by NULL; 0: empty.
 * => no spinlock held
 * => 0, -EFAULT, -E2BIG, -ENOMEM; args_free must follow in any case */
int args_read(struct args *args, vaddr_t argv, vaddr_t envp) __must_check;
void args_free(struct args *args);

/* Map and write the stack of a new space, which no thread uses yet.
 * => after args_read, from the same caller
 * => 0 and the program's first *sp; -EFAULT, -E2BIG, -ENOMEM;
 *    -EINVAL: the program lies where the stack should be */
int args_push(struct args *args, const char *path, struct as *as,
              const struct elf_image *image, vaddr_t *sp) __must_check;
