/*
 * Reads both doors' boot information into one form.  The essential fact: after
 * this file no code knows which loader it was.  Entry point: bootinfo_init.
 */
#include "common/string.h"

#include "core/bootinfo.h"
#include "core/memlayout.h"
#include "core/panic.h"

/* Multiboot2 Specification 2.0, sections 3.4 and 3.6. */
#define MB2_LOADER_MAGIC 0x36d76289
#define MB2_TAG_END      0
#define MB2_TAG_CMDLINE  1
#define MB2_TAG_MODULE   3
#define MB2_TAG_MMAP     6
#define MB2_TAG_RSDP     14 /* a copy of the RSDP, of revision 1 */
#define MB2_TAG_RSDP2    15

struct mb2_tag {
    u32 type, size;
};

struct mb2_module {
    struct mb2_tag tag;
    u32 start, end;
};

struct mb2_mmap {
    struct mb2_tag tag;
    u32 entry_size, entry_version;
};

struct mb2_mmap_entry {
    u64 base, length;
    u32 type, reserved;
};

/* Xen's include/public/arch-x86/hvm/start_info.h. */
#define PVH_MAGIC 0x336ec578

struct pvh_start_info {
    u32 magic, version, flags, nr_modules;
    u64 modlist, cmdline, rsdp, memmap;
    u32 memmap_entries, reserved;
};

struct pvh_module {
    u64 paddr, size, cmdline, reserved;
};

struct pvh_memmap_entry {
    u64 base, length;
    u32 type, reserved;
};

#define E820_RAM 1 /* the same number in both formats */

struct bootinfo bootinfo;

static const void *
phys(u64 addr)
{
    return (const void *)(addr + DIRECT_MAP);
}

/* Keep only RAM, and only whole pages. */
static void
add_region(u64 base, u64 length, u32 type)
{
    u64 start = align_up(base, PAGE_SIZE);
    u64 end = align_down(base + length, PAGE_SIZE);

    if (type == E820_RAM && start < end && bootinfo.nregions < BOOT_REGIONS) {
        bootinfo.regions[bootinfo.nregions++] =
            (struct boot_region){start, end};
    }
}

static void
set_cmdline(const char *text)
{
    strlcpy(bootinfo.cmdline, text, sizeof(bootinfo.cmdline));
}

static void
read_mb2_mmap(const struct mb2_mmap *mmap)
{
    const char *at = (const char *)(mmap + 1);
    const char *end = (const char *)mmap + mmap->tag.size;

    for (; at < end; at += mmap->entry_size) {
        const struct mb2_mmap_entry *entry = (const void *)at;
        add_region(entry->base, entry->length, entry->type);
    }
}

static void
read_multiboot2(paddr_t info)
{
    const char *at = (const char *)phys(info) + 8;

    bootinfo.door = "multiboot2";
    for (;;) {
        const struct mb2_tag *tag = (const void *)at;
        if (tag->type == MB2_TAG_END) {
            return;
        }
        if (tag->type == MB2_TAG_CMDLINE) {
            set_cmdline((const char *)(tag + 1));
        } else if (tag->type == MB2_TAG_MMAP) {
            read_mb2_mmap((const struct mb2_mmap *)tag);
        } else if (tag->type == MB2_TAG_RSDP
                   || tag->type == MB2_TAG_RSDP2) {
            bootinfo.rsdp = (paddr_t)(tag + 1) - DIRECT_MAP;
        } else if (tag->type == MB2_TAG_MODULE && bootinfo.initrd_end == 0) {
            const struct mb2_module *module = (const void *)tag;
            bootinfo.initrd_start = module->start;
            bootinfo.initrd_end = module->end;
        }
        at += align_up(tag->size, 8);
    }
}

static void
read_pvh(paddr_t info)
{
    const struct pvh_start_info *start = phys(info);
    const struct pvh_memmap_entry *map = phys(start->memmap);

    bootinfo.door = "pvh";
    bootinfo.rsdp = start->rsdp;
    if (start->cmdline != 0) {
        set_cmdline(phys(start->cmdline));
    }
    for (u32 i = 0; i < start->memmap_entries; i++) {
        add_region(map[i].base, map[i].length, map[i].type);
    }
    if (start->nr_modules > 0) {
        const struct pvh_module *module = phys(start->modlist);
        bootinfo.initrd_start = module->paddr;
        bootinfo.initrd_end = module->paddr + module->size;
    }
}

void
bootinfo_init(u32 magic, paddr_t info)
{
    if (magic == MB2_LOADER_MAGIC) {
        read_multiboot2(info);
    } else if (*(const u32 *)phys(info) == PVH_MAGIC) {
        read_pvh(info);
    } else {
        panic("boot: neither multiboot2 nor PVH (magic %#x)", magic);
    }
}

bool
boot_word(const char *name, char *buf, size_t size)
{
    size_t length = strlen(name);
    const char *at = bootinfo.cmdline;

    while (*at != '\0') {
        const char *end = strchr(at, ' ');
        size_t word = end != NULL ? (size_t)(end - at) : strlen(at);
        if (word >= length && memcmp(at, name, length) == 0
            && (word == length || at[length] == '=')) {
            size_t skip = word == length ? length : length + 1;
            strlcpy(buf, at + skip, MIN(size, word - skip + 1));
            return true;
        }
        at += word + (end != NULL);
    }
    return false;
}
