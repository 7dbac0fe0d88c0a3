/*
 * /proc/cpuinfo: one block per CPU.  All CPUs are alike, so each block has
 * the data of the current one (AMD64 manual volume 3, appendix D and E).
 */
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/trap.h"

#include "fs/procfs.h"

/* Where CPUID shows each flag: leaf, register (eax 0 ... edx 3), bit. */
static const struct flag {
    const char *name;
    u32 leaf;
    u8 reg, bit;
} flags[] = {
    {"fpu", 1, 3, 0},         {"tsc", 1, 3, 4},       {"msr", 1, 3, 5},
    {"pae", 1, 3, 6},         {"cx8", 1, 3, 8},       {"apic", 1, 3, 9},
    {"pge", 1, 3, 13},        {"cmov", 1, 3, 15},     {"mmx", 1, 3, 23},
    {"fxsr", 1, 3, 24},       {"sse", 1, 3, 25},      {"sse2", 1, 3, 26},
    {"syscall", 0x80000001, 3, 11}, {"nx", 0x80000001, 3, 20},
    {"lm", 0x80000001, 3, 29},      {"pni", 1, 2, 0},
    {"ssse3", 1, 2, 9},       {"cx16", 1, 2, 13},     {"sse4_1", 1, 2, 19},
    {"sse4_2", 1, 2, 20},     {"popcnt", 1, 2, 23},   {"aes", 1, 2, 25},
    {"rdrand", 1, 2, 30},     {"hypervisor", 1, 2, 31},
    {"lahf_lm", 0x80000001, 2, 0},  {"smep", 7, 1, 7}, {"erms", 7, 1, 9},
    {"smap", 7, 1, 20},       {"umip", 7, 2, 2},
};

static bool
cpu_has(const struct flag *flag)
{
    u32 regs[4];

    cpuid(flag->leaf & 0x80000000, 0, regs);
    if (regs[0] < flag->leaf) {
        return false;
    }
    cpuid(flag->leaf, 0, regs);
    return (regs[flag->reg] >> flag->bit & 1) != 0;
}

static void
show_names(struct text *out)
{
    u32 regs[4];
    char name[CPU_NAME_SIZE];

    cpu_name(name);
    cpuid(0, 0, regs);
    u32 vendor[] = {regs[1], regs[3], regs[2], 0};
    text_printf(out, "vendor_id\t: %s\n", (const char *)vendor);
    cpuid(1, 0, regs);
    u32 family = regs[0] >> 8 & 0xf;
    u32 model = regs[0] >> 4 & 0xf;
    family += family == 0xf ? regs[0] >> 20 & 0xff : 0;
    model += family >= 6 ? (regs[0] >> 16 & 0xf) << 4 : 0;
    text_printf(out, "cpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\n"
                "stepping\t: %u\n", family, model, name, regs[0] & 0xf);
}

int
cpuinfo_show(struct text *out)
{
    for (int i = 0; i < cpu_count; i++) {
        text_printf(out, "processor\t: %d\n", i);
        show_names(out);
        text_printf(out, "apicid\t\t: %u\nflags\t\t:", cpus[i].apic_id);
        for (size_t f = 0; f < ARRAY_SIZE(flags); f++) {
            if (cpu_has(&flags[f])) {
                text_printf(out, " %s", flags[f].name);
            }
        }
        text_printf(out, "\n\n");
    }
    return 0;
}
