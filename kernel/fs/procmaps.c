/*
 * /proc/PID/maps: what an address space maps.  A C library reads it to find out
 * where the first thread's stack is (pthread_getattr_np).
 *
 * The vmas are read one by one: what changes meanwhile is seen or not, but each
 * line was true, and an address has one line at most.  Anonymous shared memory
 * has the name of mmap's on Linux (/dev/zero), also if it is System V's.
 */
#include "abi/device.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "core/config.h"
#include "core/memlayout.h"
#include "core/optional.h"

#include "arch/percpu.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/vma.h"

#include "proc/users.h"

#include "fs/fs.h"
#include "fs/inode.h"
#include "fs/procfs.h"

#define NAME_COLUMN 73 /* as on Linux; without a name the line has one space */

OPTIONAL(cred_refuse_look) OPTIONAL(fs_inode_path)

/* Copy the first vma that ends after addr, with a reference to its object.
 * => false: there is none */
static bool
next_vma(struct as *as, vaddr_t addr, struct vma *copy, const char **name)
{
    spin_lock(&as->lock);
    const struct vma *vma = vma_first_from(as, addr);
    if (vma != NULL) {
        *copy = *vma;
        *name = NULL;
        if (vma->object != NULL) {
            vma->object->ops->get(vma->object);
        } else if (vma->start < as->brk && vma->end > as->brk_start) {
            *name = "[heap]";
        } else if ((vma->flags & VMA_STACK) != 0 && vma->end == STACK_TOP) {
            *name = "[stack]";
        }
    }
    spin_unlock(&as->lock);
    return vma != NULL;
}

/* A newline in a path would end the line. */
static void
show_path(struct text *out, struct inode *inode, char *buf)
{
    long length = fs_inode_path(inode, buf);

    if (length <= 0 || buf[0] == ' ') { /* it never had one */
        strlcpy(buf, "/dev/zero (deleted)", PATH_MAX);
    } else {
        buf[length] = '\0';
    }
    for (const char *at = buf; *at != '\0'; at++) {
        if (*at == '\n') {
            text_printf(out, "\\012");
        } else {
            text_printf(out, "%c", *at);
        }
    }
}

static void
show_vma(struct text *out, const struct vma *vma, const char *name, char *buf)
{
    struct inode *inode = vma->object == NULL ? NULL
                          : container_of(vma->object, struct inode, object);
    u64 dev = inode != NULL ? inode->dev : 0;
    size_t start = out->size;

    text_printf(out, "%08lx-%08lx %c%c%c%c %08lx %02x:%02x %lu ", vma->start,
                vma->end, vma->prot & PROT_READ ? 'r' : '-',
                vma->prot & PROT_WRITE ? 'w' : '-',
                vma->prot & PROT_EXEC ? 'x' : '-',
                vma->flags & VMA_SHARED ? 's' : 'p',
                inode != NULL ? vma->offset * PAGE_SIZE : 0, major(dev),
                minor(dev), inode != NULL ? inode->ino : 0);
    if (inode != NULL || name != NULL) {
        while (out->size - start < NAME_COLUMN && !out->failed) {
            text_printf(out, " ");
        }
    }
    if (inode != NULL) {
        show_path(out, inode, buf);
    } else if (name != NULL) {
        text_printf(out, "%s", name);
    }
    text_printf(out, "\n");
}

static int
show_space(struct as *as, struct text *out)
{
    char *buf = kmalloc(PATH_MAX);
    struct vma vma = {0};
    const char *name = NULL;
    int error = buf != NULL ? 0 : -ENOMEM;

    while (error == 0 && !out->failed && next_vma(as, vma.end, &vma, &name)) {
        show_vma(out, &vma, name, buf);
        if (vma.object != NULL) {
            vma.object->ops->put(vma.object);
        }
        if (cond_resched()) {
            error = -EINTR;
        }
    }
    kfree(buf);
    return error;
}

/* The process may have another program since the file was opened, so who reads
 * is asked again (Linux shows the space of that time).  A zombie maps nothing.
 */
int
procfs_maps(pid_t pid, struct text *out)
{
    int error = cred_refuse_look(pid);
    struct as *as = error == 0 ? procfs_visit(pid) : NULL;

    if (as != NULL) {
        error = show_space(as, out);
        as_leave(as);
    }
    return error;
}
