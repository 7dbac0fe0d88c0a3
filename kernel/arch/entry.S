/*
 * Entries into the kernel and the way out.  The essential fact: every entry
 * from user mode builds the same struct trapframe at the top of the process's
 * kernel stack, so that fork, exec and signals need only change that.
 */
#define CPU_KERNEL_RSP 8
#define CPU_USER_RSP   16
#define CPU_WORK       24

#define FRAME_VECTOR 120
#define FRAME_RIP    136
#define FRAME_CS     144
#define FRAME_RFLAGS 152
#define FRAME_RSP    160

#define USER_SS 0x2b
#define USER_CS 0x33
#define VECTOR_SYSCALL 0x80
#define MSR_GS_BASE 0xc0000101

/* stac and clac, at places that trap_init turns into no-ops without SMAP. */
    .macro smap_site opcode:vararg
990:
    \opcode
    .pushsection .smap_sites, "a"
    .quad 990b
    .popsection
    .endm

    .macro push_registers
    pushq %rdi
    pushq %rsi
    pushq %rdx
    pushq %rcx
    pushq %rax
    pushq %r8
    pushq %r9
    pushq %r10
    pushq %r11
    pushq %rbx
    pushq %rbp
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    .endm

    .macro pop_registers
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbp
    popq %rbx
    popq %r11
    popq %r10
    popq %r9
    popq %r8
    popq %rax
    popq %rcx
    popq %rdx
    popq %rsi
    popq %rdi
    .endm

    .text
    .globl syscall_entry
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
    movq %rsp, %rdi
    sti
    call on_syscall
    cli
    cmpl $0, %gs:CPU_WORK
    jne return_work

/* sysret with a rip that is not canonical faults in kernel mode. */
    movq FRAME_RIP(%rsp), %rax
    shrq $47, %rax
    jnz return_iret
    pop_registers
    movq FRAME_RIP - FRAME_VECTOR(%rsp), %rcx
    movq FRAME_RFLAGS - FRAME_VECTOR(%rsp), %r11
    movq FRAME_RSP - FRAME_VECTOR(%rsp), %rsp
    swapgs
    sysretq

/* Interrupts are off; the frame at rsp is one from user mode. */
return_work:
    sti
    movq %rsp, %rdi
    call on_user_return
return_user:
    cli
    cmpl $0, %gs:CPU_WORK
    jne return_work
return_iret:
    pop_registers
    addq $16, %rsp
    swapgs
    iretq

    .globl trap_return
trap_return:
    movq %rdi, %rsp
    jmp return_user

/* Vectors that push no error code push 0 here; then all meet in trap_common. */
    .altmacro
    .macro vector_stub number
    .align 16
    .if \number == 8 || (\number >= 10 && \number <= 14) || \number == 17
    .else
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
    testb $3, 24(%rsp)
    jz 1f
    swapgs
1:  push_registers
    cld
    smap_site clac
    xorl %ebp, %ebp
    testb $3, FRAME_CS(%rsp)
    jnz 2f
    /* From the kernel: let the backtrace go on through the frame below. */
    movq 32(%rsp), %rbp
2:  movq %rsp, %rdi
    call trap_dispatch
    testb $3, FRAME_CS(%rsp)
    jnz return_user
    pop_registers
    addq $16, %rsp
    iretq

/* NMI, double fault, machine check: GS may be either's, so look.  They end
 * the machine, so there is no way back. */
trap_paranoid:
    push_registers
    cld
    movl $MSR_GS_BASE, %ecx
    rdmsr
    testl %edx, %edx
    js 1f
    swapgs
1:  movq 32(%rsp), %rbp
    movq %rsp, %rdi
    call trap_dispatch
    ud2

/*
 * struct process *switch_to(struct process *prev, struct process *next)
 * Save prev's stack pointer, take next's; returns, on next's stack, prev.
 */
    .globl switch_to
switch_to:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq (%rsi), %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    movq %rdi, %rax
    ret

/* A new process starts here: switch_to returned prev, rbx and r12 were set by
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
 * A fault inside goes on at the fixup, where rcx says what is left.
 */
    .globl user_copy
user_copy:
    movq %rdx, %rcx
    smap_site stac
    /* Whole words, then the rest: `rep` counts each step. */
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
4:  leaq (%rdx, %rcx, 8), %rcx      /* words left, as bytes, and the rest */
    jmp 2b                          /* byte by byte up to the very edge */
    .pushsection .extable, "a"
    .quad 1b, 4b
    .quad 2b, 3b
    .popsection

    .section .note.GNU-stack, "", @progbits
