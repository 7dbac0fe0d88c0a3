/*
 * exec_low.c: no program gets the first pages of memory, where a null pointer
 * leads, neither by mmap nor as a segment of its file. (Linux lets root do so.)
 *
 * expect:
 * ok 1 - mmap does not map page 0
 * ok 2 - nor does a segment of a program
 * ok 3 - nor one just below the lowest address
 * ok 4 - one at the lowest address runs
 * 1..4
 */
#include "../tap.h"

#include <fcntl.h>
#include <sys/mman.h>

#define LOWEST 0x10000UL

/* A file of one page: header, one program header, exit(42). */
static struct {
    unsigned char ident[16];
    unsigned short type, machine;
    unsigned int version;
    unsigned long entry, phoff, shoff;
    unsigned int flags;
    unsigned short ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
    unsigned int segment_type, segment_flags;
    unsigned long offset, vaddr, paddr, filesz, memsz, align;
    unsigned char code[4096 - 64 - 56];
} image = {
    .ident = "\177ELF\2\1\1", .type = 2, .machine = 62, .version = 1,
    .phoff = 64, .ehsize = 64, .phentsize = 56, .phnum = 1,
    .segment_type = 1, .segment_flags = 5, .filesz = 4096, .memsz = 4096,
    .align = 4096,
    .code = { 0xbf, 42, 0, 0, 0, 0xb8, 60, 0, 0, 0, 0x0f, 0x05 },
};

static int
run(void *name)
{
    char *args[] = { name, NULL };

    execve(name, args, args + 1);
    return 1;
}

static int
runs_at(unsigned long address)
{
    int fd = open("/tmp/low", O_WRONLY | O_CREAT | O_TRUNC, 0755);

    image.vaddr = address;
    image.entry = address + 64 + 56;
    write(fd, &image, sizeof(image));
    close(fd);
    int status = in_child(run, "/tmp/low");
    unlink("/tmp/low");
    return status;
}

int
main(void)
{
    void *got = mmap(NULL, 4096, PROT_READ,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    ok(got == MAP_FAILED && errno == EPERM, "mmap does not map page 0");
    is(runs_at(0), SIGSEGV, "nor does a segment of a program");
    is(runs_at(LOWEST - 4096), SIGSEGV,
        "nor one just below the lowest address");
    is(runs_at(LOWEST), 42 << 8, "one at the lowest address runs");
    return done();
}
