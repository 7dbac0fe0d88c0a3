/*
 * void page_clear(void *page).  Only here does the kernel use an SSE register,
 * so it restores that one before the return.
 */
#define CHUNK 1024

    .text
    .globl page_clear
page_clear:
    subq $24, %rsp
    movups %xmm0, (%rsp)
    pxor %xmm0, %xmm0
    leaq 4096(%rdi), %rax
1:  .set offset, 0
    .rept CHUNK / 16
    movaps %xmm0, offset(%rdi)
    .set offset, offset + 16
    .endr
    addq $CHUNK, %rdi
    cmpq %rax, %rdi
    jne 1b
    movups (%rsp), %xmm0
    addq $24, %rsp
    ret

    .section .note.GNU-stack, "", @progbits
