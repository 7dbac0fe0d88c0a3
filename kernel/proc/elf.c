/*
 * The ELF loader.  The essential fact: only headers are copied.  Segments are
 * private mappings of the page cache (but for one page: map_border).
 */
#include "abi/elf.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "core/memlayout.h"
#include "core/optional.h"

#include "mm/as.h"
#include "mm/frame.h"
#include "mm/object.h"
#include "mm/range.h"
#include "mm/vma.h"

#include "proc/exec.h"
#include "proc/template.h"

OPTIONAL(template_use)

#define PHDRS_MAX 64

/* The file.  We hold its first page: almost always it has all headers, which
 * then need not be looked up one by one. */
struct file_image {
    struct object *object;
    paddr_t first;
    u64 size;                 /* bytes in the file */
    struct elf64_ehdr header;
};

/* Read the header, and check that all program headers are in the file. */
static int
read_header(struct file_image *file)
{
    struct elf64_ehdr *header = &file->header;

    memcpy(header, frame_ptr(file->first), sizeof(*header));
    return file->size >= sizeof(*header)
           && __builtin_memcmp(header->e_ident, ELFMAG, SELFMAG) == 0
           && header->e_ident[EI_CLASS] == ELFCLASS64
           && (header->e_type == ET_EXEC || header->e_type == ET_DYN)
           && header->e_machine == EM_X86_64
           && header->e_phentsize == sizeof(struct elf64_phdr)
           && header->e_phnum >= 1 && header->e_phnum <= PHDRS_MAX
           && header->e_phoff <= file->size
           && header->e_phnum * sizeof(struct elf64_phdr)
                  <= file->size - header->e_phoff ? 0 : -ENOEXEC;
}

/* => 0; -ENOEXEC: the file has become shorter; -ENOMEM */
static inline int
read_phdr(const struct file_image *file, int i, struct elf64_phdr *phdr)
{
    u64 offset = file->header.e_phoff + (u64)i * sizeof(*phdr);

    if (offset + sizeof(*phdr) <= PAGE_SIZE) {
        __builtin_memcpy(phdr, (char *)frame_ptr(file->first) + offset,
                         sizeof(*phdr));
        return 0;
    }
    long got = object_read(file->object, offset, phdr, sizeof(*phdr));
    return got == sizeof(*phdr) ? 0 : got == -ENOMEM ? -ENOMEM : -ENOEXEC;
}

static bool
segment_is_sane(const struct elf64_phdr *phdr, vaddr_t base)
{
    u64 inside = phdr->p_vaddr % PAGE_SIZE;

    /* Without bytes of the file, p_offset means nothing. */
    return phdr->p_filesz <= phdr->p_memsz
           && (phdr->p_filesz == 0
               || (phdr->p_offset % PAGE_SIZE == inside
                   && (i64)phdr->p_offset >= 0
                   && (i64)(phdr->p_offset + phdr->p_filesz) >= 0))
           && phdr->p_memsz <= USER_END && phdr->p_vaddr <= USER_END
           && phdr->p_vaddr + base <= USER_END - phdr->p_memsz
           && phdr->p_vaddr + base >= USER_START;
}

/* Make the page where a file part ends and zeros begin: a copy of the file's.
 * Map it now, as the program will write to it.
 * => 0, -ENOMEM */
static int
map_border(struct as *as, const struct elf_border *border)
{
    paddr_t copy = frame_alloc_zero(FRAME_ANON);

    if (copy == 0) {
        return -ENOMEM;
    }
    memcpy(frame_ptr(copy), frame_ptr(border->page), border->addr % PAGE_SIZE);
    return range_map_frame(as, border->addr, copy, border->prot);
}

/* Most programs list their segments from the lowest address up: then there is
 * nothing to search and nothing to replace. */
inline int
elf_map(struct as *as, const struct vma *vma, u32 map_flags)
{
    int error = vma_append(as, vma);

    if (error == -EEXIST) {
        spin_unlock(&as->lock);
        error = (int)MIN(as_map(as, vma, map_flags), 0);
        spin_lock(&as->lock);
    }
    return error;
}

/* Map the file part, then whole pages of zeros, then the page between them. */
static int
map_segment(struct as *as, struct object *object,
            const struct elf64_phdr *phdr, vaddr_t base,
            struct elf_image *image)
{
    static const u8 prots[] = {
        [PF_R] = PROT_READ, [PF_W] = PROT_WRITE, [PF_X] = PROT_EXEC,
        [PF_R | PF_W] = PROT_READ | PROT_WRITE,
        [PF_R | PF_X] = PROT_READ | PROT_EXEC,
        [PF_W | PF_X] = PROT_WRITE | PROT_EXEC,
        [PF_R | PF_W | PF_X] = PROT_READ | PROT_WRITE | PROT_EXEC,
    };
    vaddr_t start = base + phdr->p_vaddr;
    vaddr_t file_end = start + phdr->p_filesz;
    vaddr_t end = align_up(start + phdr->p_memsz, PAGE_SIZE);
    struct vma file = {
        .start = align_down(start, PAGE_SIZE),
        .prot = prots[phdr->p_flags & (PF_R | PF_W | PF_X)],
        .flags = VMA_PROGRAM,
        .object = object, .offset = phdr->p_offset >> PAGE_SHIFT,
    };
    int error = 0;

    if (!segment_is_sane(phdr, base)) {
        return -EINVAL;
    }
    file.end = phdr->p_filesz > 0 ? align_up(file_end, PAGE_SIZE) : file.start;
    if (file.start < file.end) {
        error = elf_map(as, &file, MAP_FIXED); /* a later segment wins */
    }
    if (error == 0 && file.end < end) {
        struct vma zeros = {.start = file.end, .end = end, .prot = file.prot};
        error = elf_map(as, &zeros, MAP_FIXED);
    }
    if (error == 0 && phdr->p_memsz > phdr->p_filesz && file_end < file.end
        && (file.prot & PROT_WRITE) != 0) {
        image->plain = image->plain && image->border.addr == 0;
        image->border = (struct elf_border){.addr = file_end,
                                            .prot = file.prot};
        error = object->ops->page(
            object, (phdr->p_offset + phdr->p_filesz) >> PAGE_SHIFT,
            &image->border.page);
        if (error == 0) {
            error = map_border(as, &image->border);
            frame_put(image->border.page);
        }
    }
    image->plain = image->plain && file.start >= image->brk;
    image->brk = MAX(image->brk, end);
    return error == 0 || error == -ENOMEM ? error : -EINVAL;
}

static int
map_segments(struct as *as, const struct file_image *file,
             struct elf_image *image)
{
    const struct elf64_ehdr *header = &file->header;
    vaddr_t base = header->e_type == ET_DYN ? DYN_BASE : 0;

    /* A wrong entry makes the program fault; but iretq to an address that is
     * not canonical would fault in the kernel. */
    *image = (struct elf_image){.entry = MIN(header->e_entry + base, USER_END),
                                .phnum = header->e_phnum, .plain = true,
                                .stack_prot = STACK_PROT};
    for (int i = 0; i < header->e_phnum; i++) {
        struct elf64_phdr phdr;
        int error = read_phdr(file, i, &phdr);
        if (error == 0 && phdr.p_type == PT_INTERP) { /* it cannot run alone */
            error = -ENOEXEC;
        }
        if (error == 0 && phdr.p_type == PT_GNU_STACK) {
            image->stack_prot = STACK_PROT
                                | (phdr.p_flags & PF_X ? PROT_EXEC : 0);
        }
        if (error == 0 && phdr.p_type == PT_LOAD && phdr.p_memsz != 0) {
            error = map_segment(as, file->object, &phdr, base, image);
            u64 skip = header->e_phoff - phdr.p_offset;
            if (header->e_phoff >= phdr.p_offset && skip < phdr.p_filesz) {
                image->phdr = base + phdr.p_vaddr + skip;
            }
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static int
load_file(struct as *as, struct object *object, struct elf_image *image)
{
    struct file_image file = {.object = object,
                              .size = object->ops->size(object)};
    int error = object->ops->page(object, 0, &file.first);

    if (error != 0) {
        return error == -ENOMEM ? -ENOMEM : -ENOEXEC;
    }
    error = read_header(&file);
    if (error == 0) {
        error = map_segments(as, &file, image);
    }
    frame_put(file.first);
    return error;
}

int
elf_load(struct as *as, struct object *object, struct elf_image *image)
{
    spin_lock(&as->lock); /* for all: object_unmap may be running */
    int error = template_use(as, object, image);
    if (error == 0) {
        error = load_file(as, object, image);
        if (error == 0) {
            range_map_around(as, image->entry);
        }
    } else if (error > 0) {
        error = image->border.addr != 0
                    ? map_border(as, &image->border) : 0;
    }
    spin_unlock(&as->lock);
    return error;
}
