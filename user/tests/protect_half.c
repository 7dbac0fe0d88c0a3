/*
 * protect_half.c: a program can neither read, write nor execute anything in the
 * kernel's half, and what it is told of the try is the same at each address, so
 * that it cannot learn where something is.
 */
#include "tap.h"

#include <setjmp.h>
#include <ucontext.h>

typedef unsigned long word;

#define HALF   0xffff800000000000UL
#define STACKS 0xffffc00000000000UL
#define IMAGE  0xffffffff80000000UL
#define SLOT   (1UL << 39) /* what an entry of the root spans */

static sigjmp_buf back;
static struct {
    word addr;
    int sig, code;
    long error;
} told;

static void
segv(int sig, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

    told.sig = sig;
    told.code = info->si_code;
    told.addr = (word)info->si_addr;
    told.error = uc->uc_mcontext.gregs[REG_ERR];
    siglongjmp(back, 1);
}

enum { READ, WRITE, JUMP };

/* => whether the try gave the one answer that there may be: no entry there */
static int
refused(word addr, int way)
{
    static const long errors[] = { 5, 7, 0x15 };

    memset(&told, 0, sizeof(told));
    if (sigsetjmp(back, 1) == 0) {
        if (way == READ) {
            (void)*(volatile char *)addr;
        } else if (way == WRITE) {
            *(volatile char *)addr = 0;
        } else {
            __asm__ volatile("jmp *%0" : : "r"(addr));
        }
        return 0;
    }
    return told.sig == SIGSEGV && told.code == SEGV_MAPERR && told.addr == addr
        && told.error == errors[way];
}

static int
all_refused(word from, word step, int count)
{
    int bad = 0;

    for (int i = 0; i < count; i++, from += step) {
        for (int way = READ; way <= JUMP; way++) {
            if (!refused(from, way) && bad++ < 3) {
                printf("# %#lx, way %d: signal %d, code %d, at %#lx, %#lx\n",
                    from, way, told.sig, told.code, told.addr, told.error);
            }
        }
    }
    return bad == 0;
}

int
main(void)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };

    action.sa_sigaction = segv;
    sigaction(SIGSEGV, &action, NULL);
    ok(all_refused(HALF, SLOT, 256), "the first byte under each root entry");
    ok(all_refused(HALF + SLOT - 1, SLOT, 255), "the last byte");
    ok(all_refused(HALF, 4096, 300), "the first pages of all memory");
    ok(all_refused(HALF + (1UL << 20), 1UL << 20, 300), "then each MiB");
    ok(all_refused(STACKS, 4096, 300), "the kernel's stacks");
    ok(all_refused(IMAGE + (1UL << 20), 4096, 600), "the kernel's image");
    ok(all_refused(0xffffffffff601000UL, 4096, 100), "the last pages");
    return done();
}
