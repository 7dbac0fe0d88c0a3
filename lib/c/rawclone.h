#pragma once

/*
 * clone as fork: the child goes on where the parent does. Essential fact: no
 * function is called or returned from, as the child may share the stack.
 */

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/wait.h>

/* => the system call's result; *grandchild: the pid of what a first child has
 * made with `flags` before it ended, or -errno */
static inline __attribute__((always_inline)) long
clone_twice(unsigned long first, unsigned long flags, long *grandchild)
{
    register long result __asm__("rax") = 56;
    register unsigned long arg __asm__("rdi") = first;
    register long stack __asm__("rsi") = 0;
    register long parent_tid __asm__("rdx") = 0;
    register long child_tid __asm__("r10") = 0;
    register long tls __asm__("r8") = 0;

    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "mov %[flags], %%rdi\n\t" /* the first child */
                     "mov $56, %%eax\n\t"
                     "syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jz 1f\n\t"               /* the second goes on */
                     "mov %%rax, (%[out])\n\t"
                     "xor %%edi, %%edi\n\t"
                     "mov $60, %%eax\n\t"      /* exit */
                     "syscall\n"
                     "1:"
                     : "+r"(result), "+r"(arg)
                     : "r"(stack), "r"(parent_tid), "r"(child_tid), "r"(tls),
                       [flags] "r"(flags), [out] "r"(grandchild)
                     : "rcx", "r11", "memory", "cc");
    return result;
}

static inline __attribute__((always_inline)) long
clone_once(unsigned long flags)
{
    register long result __asm__("rax") = 56;
    register long stack __asm__("rsi") = 0;
    register long parent_tid __asm__("rdx") = 0;
    register long child_tid __asm__("r10") = 0;
    register long tls __asm__("r8") = 0;

    __asm__ volatile("syscall"
                     : "+r"(result)
                     : "D"(flags), "r"(stack), "r"(parent_tid), "r"(child_tid),
                       "r"(tls)
                     : "rcx", "r11", "memory");
    return result;
}

/* clone with these flags; dissociate: the child is nobody's to wait for, as the
 * child that made it is gone. => the pid; 0 in the child; -1 and errno */
static inline __attribute__((always_inline)) pid_t
raw_clone(unsigned long flags, bool dissociate)
{
    const unsigned long same = CLONE_VM | CLONE_VFORK | CLONE_FILES | CLONE_FS;
    long made = 0;
    long pid = dissociate ? clone_twice(same, flags, &made) : clone_once(flags);

    if (dissociate && pid > 0) {
        while (waitpid((pid_t)pid, NULL, __WALL) < 0 && errno == EINTR) {
        }
        pid = made;
    }
    if (pid < 0) {
        errno = (int)-pid;
    }
    return pid < 0 ? -1 : (pid_t)pid;
}
