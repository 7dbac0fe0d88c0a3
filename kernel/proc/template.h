/*
 * What exec made of the programs that ran last: their vmas, stack included, and
 * what the ELF loader found out.  The next exec of one of them begins with a
 * link to that tree, as a fork's child does (mm/vma.h), and reads no header.
 *
 * A template is a space without users, so the checkers see its links.  It maps
 * only the file's pages at the entry point.  It is dropped before its file may
 * change, and with its last name: it never keeps a file alive.
 */
#pragma once

#include "core/types.h"

struct as;
struct elf_image;
struct object;

/* Give the empty space the vmas of the object's program, and its pages at the
 * entry point.
 * => as->lock held; the object is not written to (busy_exec); no thread uses
 *    `as` yet
 * => 1; 0: there is no template of it; -ENOMEM */
int template_use(struct as *as, struct object *object,
                 struct elf_image *image) __must_check;

/* Make one of a program that has been built.
 * => as above, but no lock is held
 * => 0, -ENOMEM: exec fails, as if it had been a page of its own */
int template_save(struct as *as, struct object *object,
                  const struct elf_image *image) __must_check;

/* Drop the object's template; NULL: all.
 * => no spinlock held; who calls it sees to it that no new one is made */
void template_forget(const struct object *object);
