/*
 * auxv.c: the first stack of a program: argc, argv, envp, then the auxiliary
 * vector, as the System V ABI lays them out. The program checks its own stack,
 * then executes itself under another name and checks that one.
 */
#include "tap.h"

#include "raw.h"

enum {
    AT_null = 0, AT_phdr = 3, AT_phent = 4, AT_phnum = 5, AT_pagesz = 6,
    AT_base = 7, AT_flags = 8, AT_entry = 9, AT_uid = 11, AT_euid = 12,
    AT_gid = 13, AT_egid = 14, AT_clktck = 17, AT_secure = 23,
    AT_random = 25, AT_execfn = 31,
};

/* A program header, as 64-bit words. */
struct phdr {
    unsigned int type, flags;
    unsigned long offset, vaddr, paddr, filesz, memsz, align;
};

static unsigned long *vector;

/* => how often the entry is there, its value in *value */
static int
find(unsigned long type, unsigned long *value)
{
    int n = 0;
    for (unsigned long *v = vector; v[0] != AT_null; v += 2) {
        if (v[0] == type) {
            *value = v[1];
            n++;
        }
    }
    return n;
}

static void
equals(unsigned long type, unsigned long want, const char *name)
{
    unsigned long value = 0;
    ok(find(type, &value) == 1 && value == want, name);
}

/* The entry point is inside a segment that may be executed. */
static void
test_headers(void)
{
    unsigned long phdr = 0, phnum = 0, entry = 0;
    int loads = 0, inside = 0, covered = 0;

    find(AT_phdr, &phdr);
    find(AT_phnum, &phnum);
    find(AT_entry, &entry);
    ok(phdr != 0 && phnum > 0 && phnum < 32, "AT_PHDR and AT_PHNUM");
    for (unsigned long i = 0; i < phnum; i++) {
        struct phdr *p = (struct phdr *)phdr + i;
        if (p->type != 1) {
            continue;
        }
        loads++;
        inside += (p->flags & 1) && entry >= p->vaddr
            && entry < p->vaddr + p->memsz;
        covered += phdr >= p->vaddr && phdr < p->vaddr + p->filesz;
    }
    ok(loads > 0, "they lead to the segments in memory");
    is(inside, 1, "AT_ENTRY lies in one executable segment");
    is(covered, 1, "AT_PHDR lies in one loaded segment");
}

static void
test_values(void)
{
    unsigned long random = 0, value = 1;
    int set = 0;

    equals(AT_pagesz, 4096, "AT_PAGESZ");
    equals(AT_phent, 56, "AT_PHENT");
    equals(AT_flags, 0, "AT_FLAGS");
    equals(AT_uid, getuid(), "AT_UID");
    equals(AT_euid, geteuid(), "AT_EUID");
    equals(AT_gid, getgid(), "AT_GID");
    equals(AT_egid, getegid(), "AT_EGID");
    equals(AT_secure, 0, "AT_SECURE");
    equals(AT_clktck, 100, "AT_CLKTCK");
    ok(find(AT_base, &value) == 0 || value == 0, "AT_BASE: no interpreter");
    ok(find(AT_random, &random) == 1 && random, "AT_RANDOM");
    for (int i = 0; i < 16; i++) {
        set |= ((unsigned char *)random)[i];
    }
    ok(set != 0, "its 16 bytes are there and not all zero");
}

static void
test_layout(int argc, char **argv, char **envp)
{
    unsigned long *sp = (unsigned long *)argv - 1;
    unsigned long name = 0;
    int words = 0;

    is(P(sp) % 16, 0, "the stack pointer at the start is 16-byte aligned");
    is(*sp, argc, "it points to argc");
    ok(argv[argc] == NULL, "argv ends with NULL");
    ok(envp == argv + argc + 1, "envp follows");
    while (envp[words]) {
        words++;
    }
    ok(vector == (unsigned long *)(envp + words + 1), "then the vector");
    ok(find(AT_execfn, &name) == 1 && (char **)name > envp,
        "AT_EXECFN, above it");
    ok(argv[0] > (char *)vector, "the strings lie above it");
}

int
main(int argc, char **argv, char **envp)
{
    unsigned long name = 0;
    int status;

    for (vector = (unsigned long *)envp; *vector; vector++) {
    }
    vector++;
    if (strcmp(argv[0], "other name") == 0) {
        find(AT_execfn, &name);
        return strcmp((char *)name, argv[1]) == 0
            && P(argv - 1) % 16 == 0 ? 3 : 4;
    }
    test_layout(argc, argv, envp);
    test_values();
    test_headers();
    for (int words = 0; words < 4; words++) {
        char *args[] = { "other name", argv[0], NULL, NULL };
        char *env[] = { "A=1", "BB=22", "CCC=333", "D=", NULL };
        pid_t pid = fork();
        if (pid == 0) {
            args[2] = words & 1 ? "odd" : NULL;
            execve(argv[0], args, env + words);
            _exit(127);
        }
        waitpid(pid, &status, 0);
        exited(status, 3, "AT_EXECFN is the path of execve; aligned too");
    }
    return done();
}
