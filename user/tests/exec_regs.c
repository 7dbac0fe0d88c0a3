/*
 * exec_regs.c: a new program finds 0 in every register but the stack pointer:
 * no value of the old program or of the kernel. It checks its own start, and
 * its start after one more exec.
 */
#include "raw.h"
#include "tap.h"

#define REGISTERS 15

/* This program's own start: note the registers, then go on as usual. */
unsigned long at_start[REGISTERS] __attribute__((used));

__asm__(".globl _start\n"
        "_start:\n\t"
        "movq %rax, at_start\n\t"
        "movq %rbx, at_start + 8\n\t"
        "movq %rcx, at_start + 16\n\t"
        "movq %rdx, at_start + 24\n\t"
        "movq %rsi, at_start + 32\n\t"
        "movq %rdi, at_start + 40\n\t"
        "movq %rbp, at_start + 48\n\t"
        "movq %r8, at_start + 56\n\t"
        "movq %r9, at_start + 64\n\t"
        "movq %r10, at_start + 72\n\t"
        "movq %r11, at_start + 80\n\t"
        "movq %r12, at_start + 88\n\t"
        "movq %r13, at_start + 96\n\t"
        "movq %r14, at_start + 104\n\t"
        "movq %r15, at_start + 112\n\t"
        "xor %ebp, %ebp\n\t"
        "mov %rsp, %rdi\n\t"
        "and $-16, %rsp\n\t"
        "call start_main\n\t"
        "hlt");

/* => the first register that is not 0, from 1 on; 0: none */
static int
first_set(void)
{
    for (int i = 0; i < REGISTERS; i++) {
        if (at_start[i] != 0) {
            return i + 1;
        }
    }
    return 0;
}

int
main(int argc, char **argv)
{
    int status = 0;

    if (argc == 2) {
        return first_set();
    }
    is(first_set(), 0, "all registers are 0 at the start");
    pid_t pid = must_fork();
    if (pid == 0) {
        char *args[] = { argv[0], (char *)"again", NULL };
        execv(argv[0], args);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    exited(status, 0, "and after another exec");
    return done();
}
