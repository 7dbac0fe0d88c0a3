/*
 * setjmp and longjmp. A call of setjmp may change all registers but those that
 * are kept here (System V ABI, 3.2.1); so no other has to be.
 *
 *     0 rbx  8 rbp  16 r12  24 r13  32 r14  40 r15
 *     48 the stack pointer and 56 the address after setjmp's return
 *     64 whether 72, the signal mask, was kept
 */
    .cfi_sections .debug_frame

/* int sigsetjmp(sigjmp_buf env, int save_mask); */
    .globl setjmp, _setjmp, sigsetjmp
    .type setjmp, @function
    .type _setjmp, @function
    .type sigsetjmp, @function
    .cfi_startproc
setjmp:
_setjmp:
    xor %esi, %esi
sigsetjmp:
    mov %rbx, (%rdi)
    mov %rbp, 8(%rdi)
    mov %r12, 16(%rdi)
    mov %r13, 24(%rdi)
    mov %r14, 32(%rdi)
    mov %r15, 40(%rdi)
    lea 8(%rsp), %rax
    mov %rax, 48(%rdi)
    mov (%rsp), %rax
    mov %rax, 56(%rdi)
    mov %esi, 64(%rdi)
    test %esi, %esi
    jz 1f
    lea 72(%rdi), %rdx
    xor %edi, %edi
    xor %esi, %esi      /* rt_sigprocmask(SIG_BLOCK, NULL, &mask, 8) */
    mov $8, %r10d
    mov $14, %eax
    syscall
1:  xor %eax, %eax
    ret
    .cfi_endproc

/* _Noreturn void siglongjmp(sigjmp_buf env, int value); 0 becomes 1 */
    .globl longjmp, _longjmp, siglongjmp
    .type longjmp, @function
    .type _longjmp, @function
    .type siglongjmp, @function
    .cfi_startproc
longjmp:
_longjmp:
siglongjmp:
    mov %rdi, %r8
    mov %esi, %r9d
    cmpl $0, 64(%r8)
    je 1f
    mov $2, %edi        /* rt_sigprocmask(SIG_SETMASK, &mask, NULL, 8) */
    lea 72(%r8), %rsi
    xor %edx, %edx
    mov $8, %r10d
    mov $14, %eax
    syscall
1:  mov %r9d, %eax
    cmp $1, %eax
    adc $0, %eax
    mov (%r8), %rbx
    mov 8(%r8), %rbp
    mov 16(%r8), %r12
    mov 24(%r8), %r13
    mov 32(%r8), %r14
    mov 40(%r8), %r15
    mov 48(%r8), %rsp
    jmp *56(%r8)
    .cfi_endproc

    .section .note.GNU-stack, "", @progbits
