/*
 * ptshow: the page-table trees of a parent and its child, drawn from
 * /proc/tine/pages: before fork, after it, after a write by each.
 *
 * Three processes. The artist (main) looks and draws. The parent is this very
 * program executed again, so that it shares nothing with the artist; the
 * child is the parent's, by fork. These two stop themselves (SIGSTOP) before
 * each step, and between the steps they store nothing, not even on the stack:
 * so each picture differs from the one before by that one step.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define AREA ((char *)0x40000000) /* a table of level 2 to itself */
#define TABLE (512 * PAGE)        /* what a table of level 1 maps */
#define NODES_MAX 600

#define LABEL 27 /* widths of columns */
#define CELL 14

/* A node as one process sees it: a line of /proc/tine/pages. */
struct node {
    int level; /* 4 the root, 3 to 1 tables, 0 a page */
    unsigned long addr;
    unsigned long frame;
    unsigned refs;
    char flags[8]; /* of the entry that leads here */
};

struct tree {
    int count;
    struct node nodes[NODES_MAX];
};

enum { PARENT, CHILD, PEOPLE };

static struct tree now[PEOPLE], before[PEOPLE];
static int pictures;

/* ---- The two that are drawn ---- */

/* A system call without a store: no stack is used and errno is not set. */
static inline __attribute__((always_inline)) long
call(long number, long a, long b)
{
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return result;
}

static inline __attribute__((always_inline)) void
stop(void)
{
    call(SYS_kill, call(SYS_getpid, 0, 0), SIGSTOP);
}

/* The story. The first lines are run through once before they count, so that
 * their own code is in memory. */
static int
be_parent(void)
{
    char *area = mmap(AREA, 2 * TABLE, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

    if (area != AREA) {
        return 1;
    }
    for (int i = 0; i < 8; i++) {
        area[i * PAGE] = 'p';
        area[TABLE + i * PAGE] = 'p';
    }
    stop(); /* picture 1 */
    if (call(SYS_fork, 0, 0) == 0) {
        stop(); /* picture 2 */
        area[3 * PAGE] = 'c';
        stop(); /* picture 3 */
    } else {
        stop(); /* picture 2 */
        area[TABLE + 5 * PAGE] = 'w';
        stop(); /* picture 4 */
    }
    call(SYS_exit_group, 0, 0);
    return 0;
}

/* ---- Looking ---- */

static char text[65536];

/* Read a whole file.  => its length, or -1 */
static long
slurp(const char *path)
{
    int fd = open(path, O_RDONLY);
    long have = 0, n;

    if (fd < 0) {
        return -1;
    }
    while ((n = read(fd, text + have, sizeof(text) - 1 - (size_t)have)) > 0) {
        have += n;
    }
    close(fd);
    text[have] = '\0';
    return have;
}

static unsigned long
number(char **at, int base)
{
    return strtoul(*at, at, base);
}

/* The nodes of one process. */
static void
look(pid_t pid, struct tree *tree)
{
    tree->count = 0;
    for (char *at = text; *at && tree->count < NODES_MAX;
         at = strchr(at, '\n') + 1) {
        struct node *node = &tree->nodes[tree->count];
        char *p = at;

        tree->count += (pid_t)number(&p, 10) == pid;
        node->level = (int)number(&p, 10);
        node->addr = number(&p, 16);
        node->frame = number(&p, 16);
        node->refs = (unsigned)number(&p, 10);
        size_t length = strcspn(++p, "\n");
        memset(node->flags, 0, sizeof(node->flags));
        memcpy(node->flags, p,
               length < sizeof(node->flags) ? length : sizeof(node->flags) - 1);
    }
}

/* A field of /proc/PID/stat: `PID (NAME) STATE PARENT ...` */
static char
state_of(pid_t pid, pid_t *parent)
{
    char path[32], *p;

    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    if (pid <= 0 || slurp(path) <= 0 || (p = strrchr(text, ')')) == NULL) {
        return '-';
    }
    *parent = (pid_t)atoi(p + 3);
    return p[2];
}

static void
wait_for(pid_t pid, char state)
{
    struct timespec moment = { 0, 2000000 };
    pid_t parent;

    for (int i = 0; i < 2000 && state_of(pid, &parent) != state; i++) {
        nanosleep(&moment, NULL);
    }
}

static void
let_go_on(pid_t pid)
{
    struct timespec moment = { 0, 10000000 };

    kill(pid, SIGCONT);
    nanosleep(&moment, NULL);
    wait_for(pid, 'T');
}

/* The pids come in order, so the child's is not far from its parent's. */
static pid_t
child_of(pid_t parent)
{
    for (pid_t pid = parent + 1; pid < parent + 100; pid++) {
        pid_t its_parent = 0;
        if (state_of(pid, &its_parent) != '-' && its_parent == parent) {
            return pid;
        }
    }
    return -1;
}

/* ---- Drawing ---- */

/* The same place in both trees; at least one of them has a node there. */
struct row {
    int level;
    unsigned long addr;
    const struct node *node[PEOPLE];
};

static struct row rows[PEOPLE * NODES_MAX];

/* Whether a comes before b in a tree: by address, upper levels first. */
static int
is_before(const struct node *a, const struct node *b)
{
    return a->addr != b->addr ? a->addr < b->addr : a->level > b->level;
}

/* Put the trees side by side.  => the number of rows */
static int
merge(void)
{
    const struct node *p = now[PARENT].nodes, *c = now[CHILD].nodes;
    const struct node *p_end = p + now[PARENT].count;
    const struct node *c_end = c + now[CHILD].count;
    int count = 0;

    while (p < p_end || c < c_end) {
        int from_p = c == c_end || (p < p_end && !is_before(c, p));
        int from_c = p == p_end || (c < c_end && !is_before(p, c));
        struct row *row = &rows[count++];
        row->node[PARENT] = from_p ? p++ : NULL;
        row->node[CHILD] = from_c ? c++ : NULL;
        const struct node *any = row->node[from_p ? PARENT : CHILD];
        row->level = any->level;
        row->addr = any->addr;
    }
    return count;
}

static int
is_shared(const struct row *row)
{
    return row->node[PARENT] && row->node[CHILD]
           && row->node[PARENT]->frame == row->node[CHILD]->frame;
}

static const struct node *
find_before(int who, const struct node *node)
{
    for (int i = 0; i < before[who].count; i++) {
        const struct node *old = &before[who].nodes[i];
        if (old->frame == node->frame && old->level == node->level) {
            return old;
        }
    }
    return NULL;
}

/* '+': not in the picture before this. '!': there, but could not be written
 * through, and can be now. */
static char
mark(int who, const struct node *node)
{
    const struct node *old = find_before(who, node);
    int known = old || find_before(PARENT, node) || find_before(CHILD, node);

    if (pictures <= 1) {
        return ' ';
    }
    if (!known) {
        return '+';
    }
    return old && !strchr(old->flags, 'w') && strchr(node->flags, 'w') ? '!'
                                                                       : ' ';
}

/* Pages that follow each other and are in all ways alike make one line. */
static int
alike(const struct row *a, const struct row *b, int pages)
{
    if (b->level != 0 || b->addr != a->addr + (unsigned long)pages * PAGE
        || is_shared(a) != is_shared(b)) {
        return 0;
    }
    for (int who = 0; who < PEOPLE; who++) {
        const struct node *m = a->node[who], *n = b->node[who];
        if ((m == NULL) != (n == NULL)
            || (m != NULL && (m->refs != n->refs || mark(who, m) != mark(who, n)
                              || strcmp(m->flags, n->flags) != 0))) {
            return 0;
        }
    }
    return 1;
}

/* A line being drawn: blanks at its end are not printed. */
static char line[160];

static void
end_line(void)
{
    size_t n = strlen(line);

    while (n > 0 && line[n - 1] == ' ') {
        n--;
    }
    printf("%.*s\n", (int)n, line);
    line[0] = '\0';
}

/* Add a column of this width. */
static void
column(int width, const char *words)
{
    size_t n = strlen(line);
    snprintf(line + n, sizeof(line) - n, "%-*s", width, words);
}

static void
draw_node(int who, const struct node *node, int pages)
{
    char cell[64] = "";

    if (node != NULL) {
        int flags = node->level < 4 && strcmp(node->flags, "-") != 0;
        snprintf(cell, sizeof(cell), "%lx%s[%u]%s%c", node->frame,
                 pages > 1 ? ".." : "", node->refs,
                 flags ? node->flags : "", mark(who, node));
    }
    column(CELL, cell);
}

static const char *
counted(int n, const char *what)
{
    static char words[2][24];
    static int turn;

    turn = !turn;
    snprintf(words[turn], sizeof(words[turn]), "%d %s%s", n, what,
             n == 1 ? "" : "s");
    return words[turn];
}

/* "5 tables, 8 pages" of some rows: all, or those that the child alone has. */
static const char *
sum(const struct row *row, int count, int childs_own)
{
    static char words[64];
    int tables = 0, pages = 0;

    for (int i = 0; i < count; i++, row++) {
        int counts = !childs_own || (row->node[CHILD] && !is_shared(row));
        tables += counts && row->level > 0;
        pages += counts && row->level == 0;
    }
    snprintf(words, sizeof(words), "%s%s%s",
             tables > 0 ? counted(tables, "table") : "",
             tables > 0 ? ", " : "", counted(pages, "page"));
    return words;
}

/* Whether the tree goes on at this level behind row number i. */
static int
goes_on(int i, int count, int level)
{
    while (i < count && rows[i].level < level) {
        i++;
    }
    return i < count && rows[i].level == level;
}

/* The branch and the name of a row; the next one to be drawn is `next`. */
static void
draw_label(const struct row *row, int pages, int next, int count)
{
    char label[64] = "root";
    int n = 0;

    for (int level = 3; level > row->level; level--) {
        n += snprintf(label + n, sizeof(label) - (size_t)n, "%s",
                      goes_on(next, count, level) ? "| " : "  ");
    }
    if (row->level < 4) {
        n += snprintf(label + n, sizeof(label) - (size_t)n, "%s",
                      goes_on(next, count, row->level) ? "+-" : "`-");
    }
    if (row->level == 0) {
        snprintf(label + n, sizeof(label) - (size_t)n, "%s %lx",
                 counted(pages, "page"), row->addr);
    } else if (row->level < 4) {
        snprintf(label + n, sizeof(label) - (size_t)n, "L%d %lx", row->level,
                 row->addr);
    }
    column(LABEL, label);
}

/* Of what is below a table that both have, only the number is drawn; so too
 * of the program's own pages, once they have been seen. */
static int
is_folded(const struct row *row)
{
    return row->level > 0
           && (is_shared(row)
               || (pictures > 1 && row->level == 1
                   && row->addr < (unsigned long)AREA));
}

static void
draw(int count)
{
    for (int i = 0, next; i < count; i = next) {
        const struct row *row = &rows[i];
        int pages = 1;

        next = i + 1;
        while (row->level == 0 && next < count
               && alike(row, &rows[next], pages)) {
            next++;
            pages++;
        }
        while (is_folded(row) && next < count
               && rows[next].level < row->level) {
            next++;
        }
        draw_label(row, pages, next, count);
        draw_node(PARENT, row->node[PARENT], pages);
        column(3, is_shared(row) ? "=" : "");
        draw_node(CHILD, row->node[CHILD], pages);
        if (row->level > 0 && next > i + 1) {
            column(0, "with ");
            column(0, sum(row + 1, next - i - 1, 0));
        }
        end_line();
    }
}

static void
picture(const char *title, pid_t parent, pid_t child)
{
    memcpy(before, now, sizeof(now));
    if (slurp("/proc/tine/pages") < 0) {
        return;
    }
    look(parent, &now[PARENT]);
    look(child, &now[CHILD]);
    int count = merge();
    pictures++;
    printf("\n");
    snprintf(line, sizeof(line), "%d. %-*s", pictures, LABEL - 3, title);
    column(CELL + 3, "parent");
    if (child > 0) {
        column(0, "child, its own: ");
        column(0, sum(rows, count, 1));
    }
    end_line();
    draw(count);
    fflush(stdout);
}

/* ---- The artist ---- */

static void
story(pid_t parent)
{
    pid_t child;

    wait_for(parent, 'T');
    picture("before fork", parent, -1);
    let_go_on(parent);
    child = child_of(parent);
    wait_for(child, 'T');
    picture("after fork", parent, child);
    let_go_on(child);
    picture("the child wrote a page", parent, child);
    let_go_on(parent);
    picture("the parent wrote one", parent, child);
    kill(child, SIGKILL);
}

int
main(int argc, char **argv)
{
    char *args[] = { argv[0], (char *)"parent", NULL };
    char mode[16] = "";

    if (argc > 1 && strcmp(argv[1], "parent") == 0) {
        return be_parent();
    }
    if (slurp("/proc/tine/fork") <= 0) {
        printf("ptshow: no /proc/tine here: only Tine shows its page tables\n");
        return 1;
    }
    memcpy(mode, text, strcspn(text, "\n"));
    if (strcmp(mode, "none") == 0 || strcmp(mode, "share") == 0) {
        printf("ptshow: with fork=%s there is no second tree to draw\n", mode);
        return 1;
    }
    printf("fork=%s. A line is a node: FRAME[REFS], and w if the entry that "
           "names it\nlets write; a write needs w on all the path. = is one "
           "node for both, + is new in\nthis picture, ! has its w back without "
           "a copy.\n", mode);
    pid_t parent = vfork();
    if (parent == 0) {
        execvp(argv[0], args);
        _exit(127);
    }
    story(parent);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    return 0;
}
