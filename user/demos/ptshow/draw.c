/*
 * Draws two trees side by side. Nodes with the same address and level form one
 * row, and a row is a line. But a run of adjacent pages is one line, and so is
 * all that lies below a node that both trees share.
 */
#include <stdio.h>
#include <string.h>

#include "ptshow.h"

#define LABEL 27 /* widths of columns */
#define CELL 13

static int pictures;

/* The same position in both trees; at least one of them has a node there. */
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

/* '+': new in this picture. '!': it was there, but not writable through its
 * path; now it is. */
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

/* Adjacent pages that do not differ otherwise share one line. */
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

/* The line being drawn; blanks at its end are not printed. */
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

/* "5 tables, 8 pages" of some rows: of all, or of those only the child has. */
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

/* Whether the tree continues at this level after row number i. */
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

/* Below a table that both have, only the number of nodes is drawn. The same for
 * the program's own pages, after the first picture. */
static int
is_folded(const struct row *row)
{
    return row->level > 0
           && (is_shared(row)
               || (pictures > 1 && row->level == 1
                   && row->addr < (unsigned long)AREA));
}

static void
draw_rows(int count)
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

void
draw(const char *title)
{
    int count = merge();

    pictures++;
    printf("\n");
    snprintf(line, sizeof(line), "%d. %-*s", pictures, LABEL - 3, title);
    column(CELL + 3, "parent");
    if (now[CHILD].count > 0) {
        column(0, "child, its own: ");
        column(0, sum(rows, count, 1));
    }
    end_line();
    draw_rows(count);
    fflush(stdout);
}
