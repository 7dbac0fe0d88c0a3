/*
 * Descriptor tables, and the handling of every exception and interrupt.  The
 * essential fact: a fault in the kernel is legal at exactly one kind of place,
 * a user access listed in the exception table.  Entry points: trap_init,
 * trap_dispatch (from entry.S).
 */
#include "common/string.h"

#include "core/optional.h"
#include "core/panic.h"
#include "core/printk.h"

#include "arch/apic.h"
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/trap.h"
#include "arch/upcalls.h"

#define GATE_INTERRUPT 0x8e00
#define GATE_USER      0x6000 /* DPL 3 */

#define IST_STACK_SIZE 4096

struct gate {
    u16 offset_low, selector, flags, offset_mid;
    u32 offset_high, reserved;
};

/* What lgdt and lidt read. */
struct table_pointer {
    u16 limit;
    u64 base;
} __attribute__((packed));

struct extable_entry {
    u64 fault, fixup;
};

/* The offsets that entry.S uses, and gives to debuggers. */
#define AT(type, field, offset)                                            \
    _Static_assert(offsetof(struct type, field) == (offset), "entry.S")
AT(trapframe, r15, 0);               AT(trapframe, r14, 8);
AT(trapframe, r13, 16);              AT(trapframe, r12, 24);
AT(trapframe, rbp, FRAME_RBP);       AT(trapframe, rbx, 40);
AT(trapframe, r11, FRAME_R11);       AT(trapframe, r10, FRAME_R10);
AT(trapframe, r9, FRAME_R9);         AT(trapframe, r8, FRAME_R8);
AT(trapframe, rax, FRAME_RAX);       AT(trapframe, rcx, 88);
AT(trapframe, rdx, FRAME_RDX);       AT(trapframe, rsi, FRAME_RSI);
AT(trapframe, rdi, FRAME_RDI);       AT(trapframe, vector, FRAME_VECTOR);
AT(trapframe, error, 128);           AT(trapframe, rip, FRAME_RIP);
AT(trapframe, cs, FRAME_CS);         AT(trapframe, rflags, FRAME_RFLAGS);
AT(trapframe, rsp, FRAME_RSP);       AT(trapframe, ss, 168);
AT(cpu, kernel_rsp, CPU_KERNEL_RSP); AT(cpu, user_rsp, CPU_USER_RSP);
AT(cpu, work, CPU_WORK);             AT(cpu, rank, CPU_WORK + 4);
/* The order of selectors that syscall and sysret take from MSR_STAR. */
_Static_assert(KERNEL_SS == KERNEL_CS + 8 && USER_CS == USER_SS + 8, "STAR");

struct cpu cpus[MAX_CPUS];
int cpu_count = 1;
u32 work_always;

static struct gate idt[256] __attribute__((aligned(16)));
static u8 ist_stacks[MAX_CPUS][3][IST_STACK_SIZE] __attribute__((aligned(16)));

extern const char trap_vectors[][16];
extern const struct extable_entry extable_start[], extable_end[];
extern const u64 smap_sites_start[], smap_sites_end[];
void syscall_entry(void);
void trap_dispatch(struct trapframe *frame);

static void
load_gdt(struct cpu *cpu)
{
    u64 base = (u64)&cpu->tss;
    struct table_pointer pointer = {sizeof(cpu->gdt) - 1, (u64)cpu->gdt};

    cpu->gdt[KERNEL_CS / 8] = 0x00af9b000000ffff;
    cpu->gdt[KERNEL_SS / 8] = 0x00cf93000000ffff;
    /* gdt[4], which sysret would use for 32-bit code, stays null.  Otherwise a
     * program could far-jump there, and its syscall would enter at CSTAR. */
    cpu->gdt[USER_SS / 8] = 0x00cff3000000ffff;
    cpu->gdt[USER_CS / 8] = 0x00affb000000ffff;
    cpu->gdt[TSS_SEL / 8] = (sizeof(cpu->tss) - 1) | (base & 0xffffff) << 16
                            | 0x89UL << 40 | (base >> 24 & 0xff) << 56;
    cpu->gdt[TSS_SEL / 8 + 1] = base >> 32;

    for (int i = 0; i < 3; i++) {
        cpu->tss.ist[i] = (u64)ist_stacks[cpu->id][i] + IST_STACK_SIZE;
    }
    cpu->tss.iomap = sizeof(cpu->tss);

    __asm__ volatile("lgdt %0\n\t"
                     "pushq %1\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "pushq %%rax\n\t"
                     "lretq\n"
                     "1:\tmovl %2, %%ss\n\t"
                     "ltr %w3"
                     :
                     : "m"(pointer), "i"(KERNEL_CS), "r"(KERNEL_SS),
                       "r"(TSS_SEL)
                     : "rax", "memory");
}

static void
fill_idt(void)
{
    static const u16 more[256] = {
        [VECTOR_BREAK] = GATE_USER, [VECTOR_OVERFLOW] = GATE_USER,
        [VECTOR_DF] = 1, [VECTOR_NMI] = 2, [VECTOR_MC] = 3, /* own stacks */
    };

    for (int i = 0; i < 256; i++) {
        u64 entry = (u64)trap_vectors[i];
        idt[i] = (struct gate){entry, KERNEL_CS, GATE_INTERRUPT | more[i],
                               entry >> 16, entry >> 32, 0};
    }
}

static void
enable_features(void)
{
    u32 regs[4];
    u64 cr4 = read_cr4() | CR4_PGE;

    cpuid(7, 0, regs);
    cr4 |= regs[1] & (1u << 7) ? CR4_SMEP : 0;
    cr4 |= regs[1] & (1u << 20) ? CR4_SMAP : 0;
    cr4 |= regs[2] & (1u << 2) ? CR4_UMIP : 0;
    write_cr4(cr4);
}

void
trap_init_cpu(struct cpu *cpu)
{
    struct table_pointer idt_pointer = {sizeof(idt) - 1, (u64)idt};

    cpu->self = cpu;
    load_gdt(cpu);
    wrmsr(MSR_GS_BASE, (u64)cpu);
    wrmsr(MSR_KERNEL_GS_BASE, 0);
    __asm__ volatile("lidt %0" : : "m"(idt_pointer));
    enable_features();

    /* sysret takes CS = base + 16 and SS = base + 8. */
    wrmsr(MSR_STAR, (u64)(USER_SS - 8) << 48 | (u64)KERNEL_CS << 32);
    wrmsr(MSR_LSTAR, (u64)syscall_entry);
    wrmsr(MSR_SFMASK,
          RFLAGS_IF | RFLAGS_TF | RFLAGS_DF | RFLAGS_AC | RFLAGS_NT);
}

void
trap_init(void)
{
    fill_idt();
    trap_init_cpu(&cpus[0]);
    /* Without SMAP, stac and clac are undefined opcodes: make them no-ops.  The
     * image is still writable here, at its boot mapping. */
    bool smap = (read_cr4() & CR4_SMAP) != 0;
    for (const u64 *at = smap_sites_start; !smap && at < smap_sites_end; at++) {
        memcpy((void *)*at, "\x0f\x1f\x00", 3);
    }
}

/* AMD64 manual volume 3, CPUID 8000_0002. */
void
cpu_name(char name[CPU_NAME_SIZE])
{
    u32 regs[4];

    memset(name, 0, CPU_NAME_SIZE);
    cpuid(0x80000000, 0, regs);
    for (u32 i = 0; i < 3 && regs[0] >= 0x80000004; i++) {
        u32 part[4];
        cpuid(0x80000002 + i, 0, part);
        memcpy(name + 16 * i, part, 16);
    }
}

/* If rip may fault by design (a user access), the address to go on at; else 0.
 */
static u64
extable_fixup(u64 rip)
{
    for (const struct extable_entry *entry = extable_start;
         entry < extable_end; entry++) {
        if (entry->fault == rip) {
            return entry->fixup;
        }
    }
    return 0;
}

static void
trap_dump(const struct trapframe *frame)
{
    u64 offset;
    const char *name = symbol_at(frame->rip, &offset);

    printk("vector %lu error %#lx cr2 %#lx cr3 %#lx\n", frame->vector,
           frame->error, read_cr2(), read_cr3());
    printk("rip %016lx cs %02lx rflags %06lx rsp %016lx ss %02lx\n",
           frame->rip, frame->cs, frame->rflags, frame->rsp, frame->ss);
    printk("rax %016lx rbx %016lx rcx %016lx rdx %016lx\n", frame->rax,
           frame->rbx, frame->rcx, frame->rdx);
    printk("rsi %016lx rdi %016lx rbp %016lx r8  %016lx\n", frame->rsi,
           frame->rdi, frame->rbp, frame->r8);
    printk("r9  %016lx r10 %016lx r11 %016lx r12 %016lx\n", frame->r9,
           frame->r10, frame->r11, frame->r12);
    printk("r13 %016lx r14 %016lx r15 %016lx\n", frame->r13, frame->r14,
           frame->r15);
    if (name != NULL) {
        printk("at %016lx %s+%#lx\n", frame->rip, name, offset);
    }
}

__noreturn static void
trap_panic(struct trapframe *frame)
{
    panic_begin();
    if (frame->vector == VECTOR_PF) {
        printk("BUG: page fault at %#lx, %s, in the kernel: page %s\n",
               read_cr2(), frame->error & PF_FETCH ? "fetch"
                           : frame->error & PF_WRITE ? "write" : "read",
               frame->error & PF_PRESENT ? "protected" : "not present");
    } else {
        printk("BUG: trap %lu in the kernel\n", frame->vector);
    }
    trap_dump(frame);
    panic_end(frame->rbp);
}

/* Non-canonical user addresses give #GP or #SS, not #PF. */
static void
kernel_exception(struct trapframe *frame)
{
    vaddr_t addr = read_cr2();
    bool user_access = (frame->rflags & RFLAGS_AC) != 0
                       || (read_cr4() & CR4_SMAP) == 0; /* perhaps */

    if (frame->rflags & RFLAGS_IF) {
        cpu_interrupts_on();
    }
    if (frame->vector == VECTOR_PF && user_access
        && on_kernel_fault(addr, frame->error)) {
        return;
    }
    u64 fixup = extable_fixup(frame->rip);
    if (fixup == 0) {
        trap_panic(frame);
    }
    frame->rip = fixup;
}

OPTIONAL(cpu_stop_here) OPTIONAL(cpu_serve_calls) OPTIONAL(cpu_wait)
OPTIONAL(smp_call) OPTIONAL(cpu_kick) /* then there is only this CPU */
OPTIONAL(park_here) OPTIONAL(park_others) OPTIONAL(park_release)
OPTIONAL(symbol_at)

/* Not inline: otherwise each page fault would save registers for it. */
__noinline static void
dispatch(struct trapframe *frame)
{
    switch (frame->vector) {
    case VECTOR_NMI:
        if (panicking != 0) {
            cpu_stop_here();
        }
        trap_panic(frame);
    case VECTOR_DF:
    case VECTOR_MC:
        trap_panic(frame);
    case VECTOR_TIMER:
        apic_eoi();
        on_timer(trap_from_user(frame));
        break;
    case VECTOR_CALL:
        apic_eoi();
        cpu_serve_calls();
        break;
    case VECTOR_KICK:
        apic_eoi();
        cpu_add_work(WORK_RESCHED | WORK_SIGNAL | WORK_PARK);
        break;
    case VECTOR_SPURIOUS:
        break;
    default:
        if (frame->vector >= 32) {
            irq_dispatch((int)frame->vector - VECTOR_IRQ);
        } else if (trap_from_user(frame)) {
            cpu_interrupts_on();
            on_exception(frame);
        } else {
            kernel_exception(frame);
        }
    }
}

/* Test for a program's page fault first: it is the most frequent trap. */
void
trap_dispatch(struct trapframe *frame)
{
    if (trap_from_user(frame)) {
        span_enter();
    }
    span_off();
    if (frame->vector == VECTOR_PF && trap_from_user(frame)) {
        vaddr_t addr = read_cr2();
        cpu_interrupts_on();
        on_user_fault(addr, frame->error);
    } else {
        dispatch(frame);
    }
    span_on();
    if (trap_from_user(frame)) {
        span_leave();
    }
}
