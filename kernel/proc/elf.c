/*
 * The ELF loader.  The essential fact: nothing is read or copied but the
 * headers; segments are mapped from the page cache, privately, and come in by
 * page faults.  Only the page where a segment's file part ends and its zeros
 * begin is written here.
 */
#include "abi/elf.h"
#include "abi/errno.h"
#include "abi/mman.h"
#include "common/string.h"

#include "mm/as.h"
#include "mm/heap.h"
#include "mm/object.h"
#include "mm/usercopy.h"

#include "proc/elf.h"

#define PHDRS_MAX 64
#define DYN_BASE  0x10000000UL /* where a position-independent program goes */

static const char zeros[PAGE_SIZE];

static bool
header_is_valid(const struct elf64_ehdr *header)
{
    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0
           && header->e_ident[EI_CLASS] == ELFCLASS64
           && (header->e_type == ET_EXEC || header->e_type == ET_DYN)
           && header->e_machine == EM_X86_64
           && header->e_phentsize == sizeof(struct elf64_phdr)
           && header->e_phnum >= 1 && header->e_phnum <= PHDRS_MAX;
}

/* Read header and program headers.  => *phdrs to be freed; 0, -errno */
static int
read_headers(struct object *object, struct elf64_ehdr *header,
             struct elf64_phdr **phdrs)
{
    long got = object_read(object, 0, header, sizeof(*header));

    if (got < 0) {
        return (int)got;
    }
    if (got != sizeof(*header) || !header_is_valid(header)) {
        return -ENOEXEC;
    }
    long size = header->e_phnum * (long)sizeof(**phdrs);
    *phdrs = kmalloc((size_t)size);
    if (*phdrs == NULL) {
        return -ENOMEM;
    }
    got = object_read(object, header->e_phoff, *phdrs, (size_t)size);
    if (got != size) {
        kfree(*phdrs);
        return got == -ENOMEM ? -ENOMEM : -ENOEXEC;
    }
    return 0;
}

static u32
segment_prot(const struct elf64_phdr *phdr)
{
    return (phdr->p_flags & PF_R ? PROT_READ : 0)
           | (phdr->p_flags & PF_W ? PROT_WRITE : 0)
           | (phdr->p_flags & PF_X ? PROT_EXEC : 0);
}

static bool
segment_is_sane(const struct elf64_phdr *phdr, vaddr_t base)
{
    u64 inside = phdr->p_vaddr % PAGE_SIZE;

    return phdr->p_filesz <= phdr->p_memsz
           && phdr->p_offset % PAGE_SIZE == inside
           && (i64)(phdr->p_offset + phdr->p_filesz) >= 0
           && phdr->p_memsz <= USER_END
           && phdr->p_vaddr + base <= USER_END - phdr->p_memsz;
}

static long
map_part(struct as *as, struct as_map *map, vaddr_t start, vaddr_t end)
{
    map->addr = start;
    map->size = end - start;
    map->map_flags = MAP_PRIVATE | MAP_FIXED; /* a later segment wins */
    return start < end ? as_map(as, map) : (long)start;
}

/* The part from the file, then whole pages of zeros, then the page between. */
static int
map_segment(struct as *as, struct object *object,
            const struct elf64_phdr *phdr, vaddr_t base)
{
    vaddr_t start = base + phdr->p_vaddr;
    vaddr_t file_end = start + phdr->p_filesz;
    vaddr_t end = start + phdr->p_memsz;
    vaddr_t first = align_down(start, PAGE_SIZE);
    vaddr_t border = phdr->p_filesz > 0 ? align_up(file_end, PAGE_SIZE) : first;
    struct as_map map = {.prot = segment_prot(phdr), .object = object,
                         .offset = phdr->p_offset >> PAGE_SHIFT};

    if (!segment_is_sane(phdr, base)) {
        return -EINVAL;
    }
    long error = map_part(as, &map, first, border);
    map.object = NULL;
    map.offset = 0;
    if (error >= 0) {
        error = map_part(as, &map, border, align_up(end, PAGE_SIZE));
    }
    if (error < 0) {
        return error == -ENOMEM ? -ENOMEM : -EINVAL;
    }
    if (phdr->p_memsz > phdr->p_filesz && file_end < border
        && (map.prot & PROT_WRITE) != 0) {
        int failed = as_write(as, file_end, zeros, border - file_end);
        return failed == -EFAULT ? -EINVAL : failed;
    }
    return 0;
}

static int
map_segments(struct as *as, struct object *object,
             const struct elf64_ehdr *header, const struct elf64_phdr *phdrs,
             struct elf_image *image)
{
    vaddr_t base = header->e_type == ET_DYN ? DYN_BASE : 0;

    *image = (struct elf_image){.entry = header->e_entry + base,
                                .phnum = header->e_phnum};
    for (int i = 0; i < header->e_phnum; i++) {
        const struct elf64_phdr *phdr = &phdrs[i];
        if (phdr->p_type == PT_INTERP) { /* it cannot run alone */
            return -ENOEXEC;
        }
        if (phdr->p_type != PT_LOAD || phdr->p_memsz == 0) {
            continue;
        }
        int error = map_segment(as, object, phdr, base);
        if (error != 0) {
            return error;
        }
        u64 skip = header->e_phoff - phdr->p_offset;
        if (header->e_phoff >= phdr->p_offset && skip < phdr->p_filesz) {
            image->phdr = base + phdr->p_vaddr + skip;
        }
        vaddr_t end = align_up(base + phdr->p_vaddr + phdr->p_memsz, PAGE_SIZE);
        image->brk = MAX(image->brk, end);
    }
    return 0;
}

int
elf_load(struct as *as, struct object *object, struct elf_image *image)
{
    struct elf64_ehdr header;
    struct elf64_phdr *phdrs = NULL;

    int error = read_headers(object, &header, &phdrs);
    if (error != 0) {
        return error;
    }
    error = map_segments(as, object, &header, phdrs, image);
    kfree(phdrs);
    return error;
}
