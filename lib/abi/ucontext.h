#pragma once

/*
 * What a handler finds on its stack, and rt_sigreturn takes back: Linux's
 * struct rt_sigframe is the address to which the handler returns, then the
 * ucontext, then the siginfo_t.
 */

#include "abi/signal.h"

/* FXSAVE's image (AMD64 manual, volume 2, 11.4.4). */
struct fpstate {
    uint16_t cwd, swd, ftw, fop;
    uint64_t rip, rdp;
    uint32_t mxcsr, mxcsr_mask;
    uint32_t st[32];   /* 8 registers, 16 bytes each */
    uint32_t xmm[64];  /* 16 registers */
    uint32_t pad[12];
    uint32_t more[12]; /* 0: no XSAVE state follows */
};

/* Indices of gregs, as in glibc's <sys/ucontext.h>. */
enum {
    REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
    REG_RDI, REG_RSI, REG_RBP, REG_RBX, REG_RDX, REG_RAX, REG_RCX, REG_RSP,
    REG_RIP, REG_EFL, REG_CSGSFS /* cs in the low 16 bits, ss in the high */,
    REG_ERR, REG_TRAPNO, REG_OLDMASK, REG_CR2,
    REG_COUNT
};

typedef struct {
    uint64_t gregs[REG_COUNT];
    struct fpstate *fpregs; /* or NULL */
    uint64_t reserved[8];
} mcontext_t;

#define UC_SIGCONTEXT_SS 2    /* ss is saved, and: */
#define UC_STRICT_RESTORE_SS 4 /* is restored as it stands */

typedef struct ucontext {
    uint64_t uc_flags;
    struct ucontext *uc_link;
    stack_t uc_stack;
    mcontext_t uc_mcontext;
    uint64_t uc_sigmask;
} ucontext_t;
