/*
 * Entries into the kernel and the way out.  The essential fact: every entry
 * from user mode builds the same struct trapframe at the top of the thread's
 * kernel stack.  So fork, exec and signals only have to change that frame.
 */
#include "arch/cpu.h"
#include "arch/percpu.h"
#include "arch/trap.h"

/* stac and clac, at places that trap_init turns into no-ops without SMAP. */
    .macro smap_site opcode:vararg
990:
    \opcode
    .pushsection .smap_sites, "a"
    .quad 990b
    .popsection
    .endm

    .macro push_each registers:vararg
    .irp register, \registers
    pushq %\register
    .endr
    .endm

    .macro pop_each registers:vararg
    .irp register, \registers
    popq %\register
    .endr
    .endm

    .macro push_registers
    push_each rdi, rsi, rdx, rcx, rax, r8, r9, r10, r11
    push_each rbx, rbp, r12, r13, r14, r15
    .endm

/* Pop r11 and what follows: C does not preserve these. */
    .macro pop_rest
    pop_each r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi
    addq $16, %rsp                  /* vector and error */
    .endm

    .macro pop_registers
    pop_each r15, r14, r13, r12, rbp, rbx
    pop_rest
    .endm

/* The same for a return from C, which preserves the other registers (rbp was
 * cleared for it), when no code can have changed the frame. */
    .macro pop_scratch
    movq FRAME_RBP(%rsp), %rbp
    addq $FRAME_R11, %rsp
    pop_rest
    .endm

/* For debuggers, and in no loaded section: while C runs for a user program, rsp
 * here points to a struct trapframe, and the caller is the program. */
    .cfi_sections .debug_frame
    .macro unwind_by_frame
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %rsp, 0
    .set offset, 0
    .irp register, r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, \
        rdx, rsi, rdi
    .cfi_offset %\register, offset
    .set offset, offset + 8
    .endr
    .cfi_offset %rip, FRAME_RIP
    .cfi_offset 51, FRAME_CS
    .cfi_offset 49, FRAME_RFLAGS
    .cfi_offset %rsp, FRAME_RSP
    .cfi_offset 52, 168
    .endm

    .text
/* System calls.  The registers already hold C's arguments, except the fourth.
 * C preserves rbx and r12 to r15, so the fast return does not load them. */
    .globl syscall_entry
    .type syscall_entry, @function
    unwind_by_frame
syscall_entry:
    swapgs
    movq %rsp, %gs:CPU_USER_RSP
    movq %gs:CPU_KERNEL_RSP, %rsp
    pushq $USER_SS
    pushq %gs:CPU_USER_RSP
    pushq %r11
    pushq $USER_CS
    pushq %rcx
    pushq %rax
    pushq $VECTOR_SYSCALL
    push_registers
    xorl %ebp, %ebp                 /* backtraces end here */
    sti
#ifdef SPANS
    push_each rdi, rsi, rdx, r10, r8, r9, rax
    call span_enter
    pop_each rax, r9, r8, r10, rdx, rsi, rdi
#endif
    movq %r10, %rcx
    cmpl syscall_count, %eax        /* as Linux, the low half counts */
    jae unknown_call
    movl %eax, %eax
    call *syscall_table(, %rax, 8)
syscall_done:
    cli
    cmpq $0, %gs:CPU_WORK           /* and the lock rank, its neighbour */
    jne syscall_work

/* If no code has changed the frame (and so its vector), rip is what syscall
 * saved: canonical, as sysret needs.  Otherwise all registers are loaded. */
    cmpl $VECTOR_SYSCALL, FRAME_VECTOR(%rsp)
    jne frame_changed
    movq FRAME_RBP(%rsp), %rbp
    movq FRAME_R10(%rsp), %r10
    movq FRAME_R9(%rsp), %r9
    movq FRAME_R8(%rsp), %r8
    movq FRAME_RDX(%rsp), %rdx
    movq FRAME_RSI(%rsp), %rsi
    movq FRAME_RDI(%rsp), %rdi
    movq FRAME_RIP(%rsp), %rcx
    movq FRAME_RFLAGS(%rsp), %r11
    movq FRAME_RSP(%rsp), %rsp
    swapgs
    sysretq

unknown_call:
    call sys_enosys
    jmp syscall_done
frame_changed:
    movq %rax, FRAME_RAX(%rsp)
    cmpl $VECTOR_RESTART, FRAME_VECTOR(%rsp)
    je return_work
    jmp return_all
syscall_work:
    movq %rax, FRAME_RAX(%rsp)
    sti
    call on_syscall_work
    .size syscall_entry, . - syscall_entry

/* The frame at rsp is one from user mode. */
return_work:
    sti
    movq %rsp, %rdi
    call on_user_return
return_user:
    cli
    testl $~WORK_HOOK, %gs:CPU_WORK
    jnz return_work
return_all:
    pop_registers
    swapgs
    iretq

    .globl trap_return
trap_return:
    movq %rdi, %rsp
    jmp return_user

/* Vectors without an error code push 0 here; then all jump to trap_common. */
    .altmacro
    .macro vector_stub number
    .align 16
    .ifeq \number == 8 || (\number >= 10 && \number <= 14) || \number == 17
    pushq $0
    .endif
    pushq $\number
    .if \number == 2 || \number == 8 || \number == 18
    jmp trap_paranoid
    .else
    jmp trap_common
    .endif
    .endm

    .align 16
    .globl trap_vectors
trap_vectors:
    .set i, 0
    .rept 256
    vector_stub %i
    .set i, i + 1
    .endr
    .noaltmacro

trap_common:
    testb $3, FRAME_CS - FRAME_VECTOR(%rsp)
    jz trap_in_kernel
    swapgs
    push_registers
    cld
    smap_site clac
    xorl %ebp, %ebp
    movq %rsp, %rdi
    call trap_dispatch
    cli
    testl $~WORK_HOOK, %gs:CPU_WORK
    jnz return_work
    pop_scratch
    swapgs
    iretq

trap_in_kernel:
    push_registers
    cld
    smap_site clac
    /* rbp is unchanged: the backtrace goes on in the interrupted code. */
    movq %rsp, %rdi
    call trap_dispatch
    pop_scratch
    iretq

/* NMI, double fault, machine check: GS may be the user's or the kernel's, so
 * look at it.  These traps never return: they end the machine. */
trap_paranoid:
    push_registers
    cld
    movl $MSR_GS_BASE, %ecx
    rdmsr
    testl %edx, %edx
    js 1f
    swapgs
1:  movq FRAME_RBP(%rsp), %rbp
    movq %rsp, %rdi
    call trap_dispatch
    ud2

    .cfi_endproc

/*
 * struct thread *switch_to(struct thread *prev, struct thread *next)
 * Save prev's stack pointer, take next's; returns, on next's stack, prev.
 */
    .globl switch_to
switch_to:
    push_each rbp, rbx, r12, r13, r14, r15
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    pop_each r15, r14, r13, r12, rbx, rbp
    movq %rdi, %rax
    ret

/* A new thread starts here: switch_to returned prev, rbx and r12 were set by
 * context_prepare. */
    .globl switch_start
switch_start:
    movq %rax, %rdi
    movq %rbx, %rsi
    movq %r12, %rdx
    xorl %ebp, %ebp
    call on_start
    ud2

/*
 * size_t user_copy(void *to, const void *from, size_t size): bytes not copied.
 * After a fault it continues at the fixup; rcx then says how much is left.
 */
    .globl user_copy
user_copy:
    movq %rdx, %rcx
    smap_site stac
    /* Whole words first, then the rest: `rep` takes time for each step. */
    cmpq $8, %rcx
    jb 2f
    movq %rcx, %rdx
    shrq $3, %rcx
    andl $7, %edx
1:  rep movsq
    movq %rdx, %rcx
2:  rep movsb
3:  smap_site clac
    movq %rcx, %rax
    ret
4:  leaq (%rdx, %rcx, 8), %rcx      /* bytes left: in whole words, and after */
    jmp 2b                          /* byte by byte up to the bad address */
    .pushsection .extable, "a"
    .quad 1b, 4b
    .quad 2b, 3b
    .popsection

/*
 * bool user_peek(u32 *value, vaddr_t addr): read a word, in one step.
 * int user_swap(vaddr_t addr, u32 old, u32 new): write `new` if the word is
 * `old`; 1: done; 0: it is not; -1: a fault.
 */
    .globl user_peek, user_swap
user_peek:
    smap_site stac
1:  movl (%rsi), %ecx
    smap_site clac
    movl %ecx, (%rdi)
    movl $1, %eax
    ret
2:  smap_site clac
    xorl %eax, %eax
    ret
user_swap:
    movl %esi, %eax
    smap_site stac
3:  lock cmpxchgl %edx, (%rdi)
    smap_site clac
    sete %al
    movzbl %al, %eax
    ret
4:  smap_site clac
    movl $-1, %eax
    ret
    .pushsection .extable, "a"
    .quad 1b, 2b
    .quad 3b, 4b
    .popsection

    .section .note.GNU-stack, "", @progbits
