/* Preloaded into a process: counts what it writes below a folder and, once armed, lets a write fail or kills it.

   What is written through a mapping (SQLite's -shm) is not seen, and never matters: it is made again. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { COUNT = 0, FAIL_ONCE = 1, KILL = 2, DISK_FULL = 3 };

static int armed, mode;
static long target, seen;
static char told[1 << 16];

/* Count from now on; the n-th call, from 1, is the one that fails or kills. */
void faults_arm(long n, int how) {
    target = n, mode = how, seen = 0, told[0] = 0, armed = 1;
}

/* A line for each counted call: its kind and its file. */
const char *faults_told(void) {
    return told;
}

static int is_below(const char *path) {
    const char *folder = getenv("FAULTS_FOLDER");
    size_t n = folder ? strlen(folder) : 0;
    return n && strncmp(path, folder, n) == 0 && path[n] == '/';
}

static int is_fd_below(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    path[n < 0 ? 0 : n] = 0;
    return is_below(path);
}

enum verdict { GO_ON, REFUSE, DIE };

/* Count a call, and say what is to become of it. */
static enum verdict meet(const char *call, const char *path, int takes_space) {
    const char *slash = strrchr(path, '/');
    size_t used = strlen(told);
    seen++;
    snprintf(told + used, sizeof told - used, "%s %s\n", call, slash ? slash + 1 : path);
    if (mode == DISK_FULL && seen >= target && takes_space) return errno = ENOSPC, REFUSE;
    if (seen != target) return GO_ON;
    /* What takes no space does not fail for want of it. */
    if (mode == FAIL_ONCE) return errno = takes_space ? ENOSPC : EIO, REFUSE;
    return mode == KILL ? DIE : GO_ON;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* `half` is what a process does of the call that it is killed in. */
#define ON_FD(name, takes_space, fd, half, ...)                     \
    do {                                                            \
        char path[PATH_MAX];                                        \
        if (armed && is_fd_below(fd, path)) {                       \
            enum verdict verdict = meet(#name, path, takes_space);  \
            if (verdict == REFUSE) return -1;                       \
            if (verdict == DIE) { half; die(); }                    \
        }                                                           \
        return REAL(name)(__VA_ARGS__);                             \
    } while (0)

#define ON_PATH(name, takes_space, path, ...)                       \
    do {                                                            \
        if (armed && is_below(path)) {                              \
            enum verdict verdict = meet(#name, path, takes_space);  \
            if (verdict == REFUSE) return -1;                       \
            if (verdict == DIE) die();                              \
        }                                                           \
        return REAL(name)(__VA_ARGS__);                             \
    } while (0)

static void some(ssize_t done) { (void)done; }

ssize_t write(int fd, const void *data, size_t n) {
    ON_FD(write, 1, fd, some(REAL(write)(fd, data, n / 2)), fd, data, n);
}

ssize_t pwrite(int fd, const void *data, size_t n, off_t at) {
    ON_FD(pwrite, 1, fd, some(REAL(pwrite)(fd, data, n / 2, at)), fd, data, n, at);
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) {
    ON_FD(pwrite64, 1, fd, some(REAL(pwrite64)(fd, data, n / 2, at)), fd, data, n, at);
}

ssize_t writev(int fd, const struct iovec *parts, int n) {
    ON_FD(writev, 1, fd, some(REAL(writev)(fd, parts, n / 2)), fd, parts, n);
}

ssize_t pwritev(int fd, const struct iovec *parts, int n, off_t at) {
    ON_FD(pwritev, 1, fd, some(REAL(pwritev)(fd, parts, n / 2, at)), fd, parts, n, at);
}

int ftruncate(int fd, off_t n) { ON_FD(ftruncate, 0, fd, (void)0, fd, n); }
int ftruncate64(int fd, off64_t n) { ON_FD(ftruncate64, 0, fd, (void)0, fd, n); }
int fsync(int fd) { ON_FD(fsync, 0, fd, (void)0, fd); }
int fdatasync(int fd) { ON_FD(fdatasync, 0, fd, (void)0, fd); }

int rename(const char *from, const char *to) { ON_PATH(rename, 0, to, from, to); }
int renameat(int a, const char *from, int b, const char *to) { ON_PATH(renameat, 0, to, a, from, b, to); }
int unlink(const char *path) { ON_PATH(unlink, 0, path, path); }
int mkdir(const char *path, mode_t rights) { ON_PATH(mkdir, 1, path, path, rights); }

/* Opening counts where it may create; it takes space where the file is not there yet. */
#define OPENS(name, path, flags, ...)                                                       \
    do {                                                                                    \
        va_list rest;                                                                       \
        va_start(rest, flags);                                                              \
        mode_t rights = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;         \
        va_end(rest);                                                                       \
        if (!(flags & O_CREAT)) return REAL(name)(__VA_ARGS__);                             \
        ON_PATH(name, access(path, F_OK) != 0, path, __VA_ARGS__);                          \
    } while (0)

int open(const char *path, int flags, ...) { OPENS(open, path, flags, path, flags, rights); }
int open64(const char *path, int flags, ...) { OPENS(open64, path, flags, path, flags, rights); }
int openat(int at, const char *path, int flags, ...) { OPENS(openat, path, flags, at, path, flags, rights); }
int openat64(int at, const char *path, int flags, ...) { OPENS(openat64, path, flags, at, path, flags, rights); }
