#pragma once

/*
 * Leaving functions by more than one level. setjmp and _setjmp do not keep the
 * signal mask, as glibc's do not; so a handler that jumps out of itself needs
 * sigsetjmp(env, 1), or its signal stays blocked.
 */

typedef struct {
    unsigned long registers[8];
    int has_mask;
    unsigned long mask;
} jmp_buf[1];

typedef jmp_buf sigjmp_buf;

int setjmp(jmp_buf env) __attribute__((returns_twice));
int _setjmp(jmp_buf env) __attribute__((returns_twice));
int sigsetjmp(sigjmp_buf env, int save_mask) __attribute__((returns_twice));
_Noreturn void longjmp(jmp_buf env, int value);
_Noreturn void _longjmp(jmp_buf env, int value);
_Noreturn void siglongjmp(sigjmp_buf env, int value);
