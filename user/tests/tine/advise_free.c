/*
 * advise_free.c: MADV_FREE keeps pages while there is memory. (Linux may drop
 * them at any time, so only here can a test ask for it.)
 *
 * expect:
 * ok 1 - FREE
 * ok 2 - what was there is there
 * ok 3 - DONTNEED
 * ok 4 - now it is gone
 * 1..4
 */
#include "../tap.h"

#include <sys/mman.h>

int
main(void)
{
    char *at = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    at[0] = 'a';
    at[4096] = 'b';
    is(madvise(at, 8192, MADV_FREE), 0, "FREE");
    ok(at[0] == 'a' && at[4096] == 'b', "what was there is there");
    is(madvise(at, 8192, MADV_DONTNEED), 0, "DONTNEED");
    ok(at[0] == 0 && at[4096] == 0, "now it is gone");
    return done();
}
