/*
 * The system call stubs: one for each line of syscalls.def, under the name of
 * the call. The number goes in rax, arguments in rdi rsi rdx r10 r8 r9 (C has
 * the fourth in rcx, which syscall overwrites); a result of -4095..-1 becomes
 * errno and -1, here and nowhere else.
 */

/* Calls that have another name in C, or whose C function does more. */
#define exit sys_exit
#define exit_group sys_exit_group
#define brk sys_brk
#define clone sys_clone
#define mmap sys_mmap
#define munmap sys_munmap
#define clock_nanosleep sys_clock_nanosleep
#define getcwd sys_getcwd
#define reboot sys_reboot
#define getpriority sys_getpriority
#define faccessat sys_faccessat
#define fchmodat sys_fchmodat
#define rt_sigaction sys_rt_sigaction
#define rt_sigprocmask sys_rt_sigprocmask
#define rt_sigpending sys_rt_sigpending
#define rt_sigqueueinfo sys_rt_sigqueueinfo
#define rt_sigsuspend sys_rt_sigsuspend
#define rt_sigtimedwait sys_rt_sigtimedwait
#define rt_tgsigqueueinfo sys_rt_tgsigqueueinfo
#define waitid sys_waitid
#define ppoll sys_ppoll
#define eventfd sys_eventfd
#define signalfd sys_signalfd
#define epoll_pwait sys_epoll_pwait
#define epoll_pwait2 sys_epoll_pwait2
#define pselect6 sys_pselect6
#define newfstatat fstatat
#define pread64 pread
#define pwrite64 pwrite
#define prlimit64 prlimit
#define spawn sys_spawn

/*
 * After vfork, and after fork=share, the child runs on its parent's stack. Its
 * return and its next call overwrite the word that holds the parent's return
 * address. So these two keep that address in a register across the call: each
 * process has its own registers.
 */
    .cfi_sections .debug_frame
.macro stub number, name
    .globl \name
    .type \name, @function
    .cfi_startproc
\name:
    mov $\number, %eax
    .ifc \name, fork
    stub_without_stack
    .else
    .ifc \name, vfork
    stub_without_stack
    .else
    mov %rcx, %r10
    syscall
    .endif
    .endif
    cmp $-4096, %rax
    ja set_errno
    ret
    .cfi_endproc
    .size \name, . - \name
.endm

.macro stub_without_stack
    pop %rdx
    .cfi_adjust_cfa_offset -8
    .cfi_register %rip, %rdx
    syscall
    push %rdx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rip, 0
.endm

#define SYSCALL(number, name, arguments, format) stub number, name

    .text
#include "abi/syscalls.def"
#undef clone
    .weak fork          /* pthread.c has one for programs with threads; we come
                           first in the archive, so others do not get it */

/*
 * int clone(int (*fn)(void *), void *stack, int flags, void *arg,
 *           int *parent_tid, void *tls, int *child_tid);
 * The child begins on a new stack, without a return address. Only its argument
 * is there; fn waits in r9, because each process has its own registers.
 */
    .globl clone
    .type clone, @function
    .cfi_startproc
clone:
    mov $-22, %rax      /* EINVAL */
    test %rdi, %rdi
    jz set_errno
    and $-16, %rsi      /* the ABI wants it so at every call */
    jz set_errno
    mov %rcx, -8(%rsi)
    sub $8, %rsi
    mov %r9, %rax
    mov %rdi, %r9
    mov %edx, %edi
    mov %r8, %rdx
    mov %rax, %r8
    mov 8(%rsp), %r10
    mov $56, %eax
    syscall
    test %rax, %rax
    jz 1f
    cmp $-4096, %rax
    ja set_errno
    ret
1:  .cfi_undefined %rip
    xor %ebp, %ebp      /* the outermost frame: backtraces end here */
    pop %rdi
    call *%r9
    mov %eax, %edi
    mov $60, %eax       /* exit */
    syscall
    hlt
    .cfi_endproc

/* long syscall(long number, ...): the arguments move down by one. */
    .globl syscall
    .type syscall, @function
syscall:
    mov %rdi, %rax
    mov %rsi, %rdi
    mov %rdx, %rsi
    mov %rcx, %rdx
    mov %r8, %r10
    mov %r9, %r8
    mov 8(%rsp), %r9
    syscall
    cmp $-4096, %rax
    ja set_errno
    ret

/* In: rax = -errno, the stack as at the stub's entry. */
set_errno:
    neg %eax
    push %rax           /* and the stack is aligned */
    call errno_location
    pop %rdx
    mov %edx, (%rax)
    mov $-1, %rax
    ret

/*
 * A signal handler returns here; the stack pointer then is at the ucontext,
 * which has the registers that the signal interrupted. So unwinders are told:
 * they look for the word before a return address, which is why there is one,
 * and gdb knows this place by its instructions, too.
 */
.macro interrupted index, register
    .cfi_offset \register, 40 + 8 * \index   /* gregs[index] of ucontext.h */
.endm

    .globl signal_return
    .type signal_return, @function
    .cfi_startproc simple
    .cfi_signal_frame
    .cfi_def_cfa %rsp, 0
    interrupted 0, %r8
    interrupted 1, %r9
    interrupted 2, %r10
    interrupted 3, %r11
    interrupted 4, %r12
    interrupted 5, %r13
    interrupted 6, %r14
    interrupted 7, %r15
    interrupted 8, %rdi
    interrupted 9, %rsi
    interrupted 10, %rbp
    interrupted 11, %rbx
    interrupted 12, %rdx
    interrupted 13, %rax
    interrupted 14, %rcx
    interrupted 15, %rsp
    interrupted 16, %rip
    nop
signal_return:
    mov $15, %rax       /* rt_sigreturn */
    syscall
    hlt
    .cfi_endproc

    .section .note.GNU-stack, "", @progbits
