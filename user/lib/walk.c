/*
 * A walk through a tree of files. Essential fact: all names of a directory are
 * read before the first of them is visited. So a visit may make or remove files
 * in it, and no descriptor stays open during the visits.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "lib/tool.h"

typedef enum walk_result visit_function(enum walk_event event,
                                        struct walk *at);

static bool failed; /* a visit, or the reading of a directory */

static bool visit_tree(const char *path, int depth, bool follow,
                       visit_function *visit);

static int
no_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* As visit_tree. => whether all visits returned WALK_DONE */
static bool
visit_inside(const char *path, int depth, visit_function *visit)
{
    struct dirent **list;
    int count = scandir(path, &list, no_dots, alphasort);
    bool whole = count >= 0;

    if (count < 0) {
        failed = true;
        return complain(path);
    }
    for (int i = 0; i < count; i++) {
        char *below = join(path, list[i]->d_name);
        whole = visit_tree(below, depth + 1, false, visit) && whole;
        free(below);
        free(list[i]);
    }
    free(list);
    return whole;
}

static bool
visit_tree(const char *path, int depth, bool follow, visit_function *visit)
{
    struct walk at = {.path = path, .depth = depth};

    if ((follow ? stat : lstat)(path, &at.st) < 0) {
        failed = true;
        return complain(path);
    }
    bool directory = S_ISDIR(at.st.st_mode);
    enum walk_result result = visit(directory ? WALK_ENTER : WALK_FILE, &at);
    if (directory && result == WALK_DONE) {
        at.whole = visit_inside(path, depth, visit);
        result = visit(WALK_LEAVE, &at);
    } else {
        at.whole = true;
    }
    failed = failed || result == WALK_FAILED;
    return result == WALK_DONE && at.whole;
}

bool
walk(const char *path, bool follow,
     enum walk_result (*visit)(enum walk_event event, struct walk *at))
{
    failed = false;
    visit_tree(path, 0, follow, visit);
    return !failed;
}
