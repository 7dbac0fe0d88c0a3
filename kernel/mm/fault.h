/*
 * Page faults: give a process the page that its vma promises.
 */
#pragma once

#include "core/types.h"

struct as;

enum access { ACCESS_READ, ACCESS_WRITE, ACCESS_FETCH };

/* Make one access to addr possible.
 * => no spinlock held
 * => 0; -EFAULT: no such mapping or right (SIGSEGV);
 *    -ERANGE: behind the end of the mapped file (SIGBUS); -ENOMEM */
int fault_serve(struct as *as, vaddr_t addr, enum access access) __must_check;
