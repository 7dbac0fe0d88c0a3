/*
 * names_long.c: a name has up to 255 bytes, of any kind but slash and zero,
 * in every call that makes one; 256 are too many for each.
 */
#include "names.h"

#include <dirent.h>

static char name[300], other[300];

static void
test_full(void)
{
    DIR *dir;
    struct dirent *entry;
    int found = 0;

    put("file", "text");
    memset(name, 'n', 255);
    memset(other, 'o', 255);
    is(link("file", name), 0, "link");
    is_str(text_of(name), "text", "255 bytes are a name");
    dir = opendir(".");
    while ((entry = readdir(dir)) != NULL) {
        found += strcmp(entry->d_name, name) == 0;
    }
    closedir(dir);
    is(found, 1, "readdir tells it whole");
    is(rename(name, other), 0, "rename");
    ok(exists(other) && !exists(name), "to another one");
    is(symlink(other, name), 0, "symlink");
    is_str(text_of(name), "text", "leads to one");
    is(unlink(name), 0, "unlink");
    is(mkdir(name, 0755), 0, "mkdir");
    is(chdir(name), 0, "chdir");
    char *path = getcwd(NULL, 0);
    is_str(strrchr(path, '/') + 1, name, "getcwd");
    free(path);
    chdir("..");
    is(rmdir(name), 0, "rmdir");
    is(mkfifo(name, 0600), 0, "mkfifo");
    unlink(name);
    unlink(other);
    name[254] = '\0';
    is(mkdir(name, 0755), 0, "a byte less is another name");
    rmdir(name);
}

static void
test_over(void)
{
    struct stat st;

    memset(name, 'n', 256);
    fails(link("file", name), ENAMETOOLONG, "256 bytes: link");
    fails(symlink("file", name), ENAMETOOLONG, "symlink");
    fails(rename("file", name), ENAMETOOLONG, "rename to");
    fails(rename(name, "file"), ENAMETOOLONG, "rename from");
    fails(mkfifo(name, 0600), ENAMETOOLONG, "mkfifo");
    fails(lstat(name, &st), ENAMETOOLONG, "lstat");
    is(symlink(name, "link"), 0, "a link may lead there");
    fails(stat("link", &st), ENAMETOOLONG, "but it cannot be followed");
    unlink("link");
    strcpy(name + 256, "/x");
    fails(stat(name, &st), ENAMETOOLONG, "nor by a path");
}

static void
test_bytes(void)
{
    char odd[2] = "", path[8] = "d/";
    int made = 0, found = 0, gone = 0;
    DIR *dir;

    mkdir("d", 0755);
    for (int c = 1; c < 256; c++) {
        odd[0] = (char)c;
        if (c != '/' && c != '.') {
            strcpy(path + 2, odd);
            made += link("file", path) == 0;
        }
    }
    is(made, 253, "every byte but slash, zero and a lone dot is a name");
    dir = opendir("d");
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        found += e->d_name[0] != '.' && e->d_name[1] == '\0';
        strcpy(path + 2, strlen(e->d_name) < 4 ? e->d_name : "");
        gone += unlink(path) == 0;
    }
    closedir(dir);
    is(found, 253, "each is listed");
    is(gone, 253, "and removed");
    is(mkdir("d/...", 0755), 0, "three dots are one");
    is(rmdir("d/..."), 0, "like any other");
    is(rmdir("d"), 0, "nothing is left");
}

int
main(void)
{
    test_full();
    test_over();
    test_bytes();
    unlink("file");
    return done();
}
