/*
 * Where a program starts. The kernel puts argc, the pointers of argv and envp
 * (each list ended by NULL) and the auxiliary vector at the stack pointer.
 * There is no return address: no code calls _start.
 */
    .globl _start
    .type _start, @function
_start:
    xor %ebp, %ebp      /* the outermost frame: backtraces end here */
    mov %rsp, %rdi
    and $-16, %rsp      /* the ABI wants it so at every call */
    call start_main
    hlt

    .section .note.GNU-stack, "", @progbits
