/*
 * bad_elf.c: files that are not valid programs. The test builds a small valid
 * ELF file, then makes one field of it wrong. Either execve fails, or, if exec
 * has dropped the old memory already, the process is killed.
 */
#include "tap.h"

#include <fcntl.h>

struct ehdr {
    unsigned char ident[16];
    unsigned short type, machine;
    unsigned int version;
    unsigned long entry, phoff, shoff;
    unsigned int flags;
    unsigned short ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct phdr {
    unsigned int type, flags;
    unsigned long offset, vaddr, paddr, filesz, memsz, align;
};

/* The image: headers, room for four segments' headers, code, a page more. */
static struct image {
    struct ehdr eh;
    struct phdr ph[4];
    unsigned char code[4096 - 64 - 4 * 56];
    unsigned char second[4096];
} image;

#define BASE 0x400000UL
#define CODE (64 + 4 * 56)
#define KERNEL 0xffff800000000000UL

/* exit(n): mov $n,%edi; mov $60,%eax; syscall */
static void
put_exit(unsigned char *where, unsigned char n)
{
    const unsigned char code[] = { 0xbf, n, 0, 0, 0, 0xb8, 60, 0, 0, 0,
        0x0f, 0x05 };
    memcpy(where, code, sizeof(code));
}

static void
put_segment(int i, unsigned long vaddr, unsigned long offset,
    unsigned long size, unsigned int flags)
{
    struct phdr p = { 1, flags, offset, vaddr, vaddr, size, size, 4096 };
    image.ph[i] = p;
    image.eh.phnum = i + 1;
}

/* A program that exits with 42. */
static void
make_good(void)
{
    memset(&image, 0, sizeof(image));
    memcpy(image.eh.ident, "\177ELF\2\1\1", 7);
    image.eh.type = 2;
    image.eh.machine = 62;
    image.eh.version = 1;
    image.eh.entry = BASE + CODE;
    image.eh.phoff = 64;
    image.eh.ehsize = 64;
    image.eh.phentsize = 56;
    put_segment(0, BASE, 0, 4096, 5);
    put_exit(image.code, 42);
    put_exit(image.second, 43);
}

static void
run_bytes(const char *want, const char *name, size_t bytes)
{
    char got[32];
    int status = 0;
    int fd = open("prog", O_WRONLY | O_CREAT | O_TRUNC, 0755);

    write(fd, &image, bytes);
    close(fd);
    pid_t pid = fork();
    if (pid == 0) {
        char *args[] = { "prog", NULL };
        execve("./prog", args, args + 1);
        _exit(100 + errno);
    }
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) {
        snprintf(got, sizeof(got), "signal %d", WTERMSIG(status));
    } else if (WEXITSTATUS(status) >= 100) {
        snprintf(got, sizeof(got), "%s", errno_name(WEXITSTATUS(status) - 100));
    } else {
        snprintf(got, sizeof(got), "exit %d", WEXITSTATUS(status));
    }
    is_str(got, want, name);
    unlink("prog");
    make_good();
}

static void
run(const char *want, const char *name)
{
    run_bytes(want, name, sizeof(image));
}

static void
test_good(void)
{
    make_good();
    run("exit 42", "a correct program");
    put_segment(1, BASE + 0x10000, 4096, 4096, 5);
    image.eh.entry = BASE + 0x10000;
    run("exit 43", "two segments, entry in the second");
    put_segment(0, BASE + 0x10000, 4096, 4096, 5);
    put_segment(1, BASE, 0, 4096, 5);
    run("exit 42", "segments out of order");
    put_segment(1, BASE, 4096, 4096, 5);
    image.eh.entry = BASE;
    run("exit 43", "overlapping segments: the later one wins");
    put_segment(0, BASE, 0, CODE + 12, 5);
    run("exit 42", "a segment that ends inside a page");
    image.ph[1].type = 0x6474e551;
    image.ph[2].type = 0x12345;
    image.eh.phnum = 3;
    run("exit 42", "unknown kinds of segment are passed over");
    image.ph[0].align = 3;
    run("exit 42", "an odd alignment is not looked at");
    memset(image.eh.ident + 8, 0xff, 8);
    image.eh.shoff = ~0UL;
    image.eh.shnum = 9;
    run("exit 42", "nor are padding and sections");
}

/* Jump to code on the stack: mov %rsp,%rax; and $-16,%rax; sub $64,%rax; put
 * there mov $44,%edi; mov $60,%eax; syscall; and jump. */
static void
put_exit_on_stack(void)
{
    const unsigned char code[] = { 0x48, 0x89, 0xe0, 0x48, 0x83, 0xe0, 0xf0,
        0x48, 0x83, 0xe8, 0x40,
        0x48, 0xba, 0xbf, 44, 0, 0, 0, 0xb8, 60, 0,  /* movabs, %rdx */
        0x48, 0x89, 0x10,
        0xc7, 0x40, 0x08, 0, 0, 0x0f, 0x05,          /* movl */
        0xff, 0xe0 };
    memcpy(image.code, code, sizeof(code));
}

static void
test_stack(void)
{
    put_exit_on_stack();
    run("signal 11", "the stack is not executable");
    put_exit_on_stack();
    put_segment(1, 0, 0, 0, 6);
    image.ph[1].type = 0x6474e551;
    run("signal 11", "nor if the program says so");
    put_exit_on_stack();
    put_segment(1, 0, 0, 0, 7);
    image.ph[1].type = 0x6474e551;
    run("exit 44", "but it is if the program asks for it");
    put_exit_on_stack();
    put_segment(1, 0, 0, 0, 7);
    put_segment(2, 0, 0, 0, 6);
    image.ph[1].type = image.ph[2].type = 0x6474e551;
    run("signal 11", "the last one counts");
    put_segment(1, BASE + 0x10000, 0x123, 0, 6);
    image.ph[1].memsz = 8192;
    run("exit 42", "a segment without bytes of the file has any offset");
}

/* exit(*address): movzbl address,%edi; mov $60,%eax; syscall */
static void
put_exit_with(unsigned int address)
{
    unsigned char code[] = { 0x0f, 0xb6, 0x3c, 0x25, 0, 0, 0, 0,
        0xb8, 60, 0, 0, 0, 0x0f, 0x05 };
    memcpy(code + 4, &address, 4);
    memcpy(image.code, code, sizeof(code));
}

/* A segment with more memory than file, and a program that runs anywhere. */
static void
test_zeros(void)
{
    image.second[99] = 99;
    image.second[100] = 100;
    put_segment(1, BASE + 0x10000, 4096, 100, 6);
    image.ph[1].memsz = 3 * 4096;
    put_exit_with(BASE + 0x10000 + 99);
    run("exit 99", "the last byte that the file has");
    put_segment(1, BASE + 0x10000, 4096, 100, 6);
    image.ph[1].memsz = 3 * 4096;
    image.second[100] = 100;
    put_exit_with(BASE + 0x10000 + 100);
    run("exit 0", "behind it there are zeros, not more of the file");
    put_segment(1, BASE + 0x10000, 4096, 100, 6);
    image.ph[1].memsz = 3 * 4096;
    put_exit_with(BASE + 0x10000 + 3 * 4096 - 1);
    run("exit 0", "on the pages behind that too");
    put_segment(1, BASE + 0x10000, 0, 0, 6);
    image.ph[1].memsz = 4096;
    put_exit_with(BASE + 0x10000);
    run("exit 0", "a segment of zeros only");
    image.eh.type = 3;
    put_segment(0, 0, 0, 4096, 5);
    image.eh.entry = CODE;
    run("exit 42", "a position-independent program");
    image.eh.type = 3;
    put_segment(0, BASE, 0, 4096, 5);
    run("exit 42", "one that has an address");
}

static void
test_header(void)
{
    run_bytes("ENOEXEC", "an empty file", 0);
    run_bytes("ENOEXEC", "4 bytes", 4);
    run_bytes("ENOEXEC", "20 bytes of the header", 20);
    run_bytes("ENOEXEC", "63 bytes of the header", 63);
    run_bytes("ENOEXEC", "no program header in the file", 64);
    run_bytes("ENOEXEC", "half a program header in the file", 90);
    image.eh.ident[0] = 0x7e;
    run("ENOEXEC", "another magic number");
    image.eh.machine = 183;
    run("ENOEXEC", "another machine");
    image.eh.ident[4] = 1;
    image.eh.machine = 3;
    run("ENOEXEC", "the 32-bit class and machine");
    image.eh.type = 1;
    run("ENOEXEC", "an object file");
    image.eh.type = 4;
    run("ENOEXEC", "a core file");
    image.eh.type = 0;
    run("ENOEXEC", "no type");
    image.eh.phnum = 0;
    run("ENOEXEC", "no program headers");
    image.eh.phnum = 2000;
    run("ENOEXEC", "too many program headers");
    image.eh.phentsize = 32;
    run("ENOEXEC", "program headers of another size");
    image.eh.phoff = 1UL << 40;
    run("ENOEXEC", "program headers beyond the file");
    image.eh.phoff = -64UL;
    run("ENOEXEC", "program headers before the file");
}

static void
test_entry(void)
{
    image.eh.entry = 0;
    run("signal 11", "entry 0");
    image.eh.entry = BASE + 0x5000;
    run("signal 11", "an entry outside of every segment");
    image.eh.entry = KERNEL;
    run("signal 11", "an entry in the kernel");
    image.eh.entry = 1UL << 63;
    run("signal 11", "an entry that is no address");
    image.ph[0].flags = 4;
    run("signal 11", "an entry in a segment that is not executable");
    image.ph[0].type = 4;
    run("signal 11", "no segment to load");
}

static void
test_segments(void)
{
    image.ph[0].memsz = 100;
    run("signal 11", "more bytes in the file than in memory");
    image.ph[0].memsz = 1UL << 48;
    run("signal 11", "a segment larger than the address space");
    image.ph[0].memsz = ~0UL;
    run("signal 11", "a segment that goes round");
    put_segment(1, KERNEL, 4096, 4096, 6);
    run("signal 11", "a segment in the kernel");
    put_segment(1, 0x7ffffffff000, 4096, 4096, 6);
    run("signal 11", "a segment behind the last page");
    put_segment(1, BASE + 0x10010, 4096, 4096, 6);
    run("signal 11", "address and offset that differ within the page");
    put_segment(1, BASE + 0x10000, 1UL << 63, 4096, 6);
    run("signal 11", "a negative offset");
    put_segment(1, BASE + 0x10000, -4096UL, 8192, 6);
    run("signal 11", "a part of the file that begins before it");
    image.eh.type = 3;
    put_segment(0, 0, 0, 4096, 5);
    put_segment(1, -0x1000UL, 4096, 4096, 6);
    image.eh.entry = CODE;
    run("signal 11", "an address before a program that runs anywhere");
    put_segment(0, BASE, 0x100000, 4096, 5);
    run("signal 7", "a segment beyond the end of the file");
}

static int
return_5(void *unused)
{
    (void)unused;
    return 5;
}

int
main(void)
{
    test_good();
    test_stack();
    test_zeros();
    test_header();
    test_entry();
    test_segments();
    exited(in_child(return_5, NULL), 5, "life goes on");
    return done();
}
