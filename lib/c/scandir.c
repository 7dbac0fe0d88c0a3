/* scandir: a whole directory as a sorted list. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int
alphasort(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Put a copy of the entry behind list[count]; room doubles when it is full. */
static int
add(struct dirent ***list, int count, const struct dirent *entry)
{
    if ((count & (count - 1)) == 0) {
        size_t room = count == 0 ? 1 : 2 * (size_t)count;
        struct dirent **more = realloc(*list, room * sizeof(**list));
        if (more == NULL) {
            return -1;
        }
        *list = more;
    }
    struct dirent *copy = malloc(entry->d_reclen);
    if (copy == NULL) {
        return -1;
    }
    (*list)[count] = memcpy(copy, entry, entry->d_reclen);
    return 0;
}

static void
free_list(struct dirent **list, int count)
{
    while (count > 0) {
        free(list[--count]);
    }
    free(list);
}

int
scandir(const char *path, struct dirent ***list,
        int (*choose)(const struct dirent *),
        int (*compare)(const struct dirent **, const struct dirent **))
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int count = 0;

    if (dir == NULL) {
        return -1;
    }
    *list = NULL;
    errno = 0;
    while ((entry = readdir(dir)) != NULL) {
        if (choose != NULL && !choose(entry)) {
            continue;
        }
        if (add(list, count, entry) < 0) {
            break;
        }
        count++;
    }
    int error = errno;
    closedir(dir);
    if (error != 0) {
        free_list(*list, count);
        errno = error;
        return -1;
    }
    if (compare != NULL && count > 0) {
        qsort(*list, (size_t)count, sizeof(**list),
              (int (*)(const void *, const void *))compare);
    }
    return count;
}
