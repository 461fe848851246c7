// Counts calls that change the disk beneath FAULT_UNDER, and makes the N-th go wrong; see campaign.py.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// the shared page: calls so far, the call that goes wrong (-1: none), the kind of fault
static long *count; static const char *under = "";
#define at (count[1])
#define kind ((const char *)(count + 2))
static int logfd = -1;
#define REAL(ret, name, ...) static ret (*real_##name)(__VA_ARGS__)
REAL(ssize_t, write, int, const void *, size_t);
REAL(ssize_t, pwrite64, int, const void *, size_t, off_t);
REAL(ssize_t, writev, int, const struct iovec *, int);
REAL(int, fsync, int);
REAL(int, fdatasync, int);
REAL(int, rename, const char *, const char *);
REAL(int, renameat, int, const char *, int, const char *);
REAL(int, renameat2, int, const char *, int, const char *, unsigned);
REAL(int, mkdir, const char *, mode_t);
REAL(int, link, const char *, const char *);
REAL(int, unlink, const char *);
REAL(int, unlinkat, int, const char *, int);
REAL(int, rmdir, const char *);
REAL(int, ftruncate64, int, off_t);
REAL(int, open64, const char *, int, ...);
REAL(int, open, const char *, int, ...);
REAL(int, openat64, int, const char *, int, ...);
REAL(ssize_t, sendfile64, int, int, off_t *, size_t);
REAL(ssize_t, copy_file_range, int, off_t *, int, off_t *, size_t, unsigned);

__attribute__((constructor)) static void begin(void) {
#define GET(name) real_##name = dlsym(RTLD_NEXT, #name)
  GET(write); GET(pwrite64); GET(writev); GET(fsync); GET(fdatasync); GET(rename); GET(renameat); GET(renameat2);
  GET(mkdir); GET(link); GET(unlink); GET(unlinkat); GET(rmdir); GET(ftruncate64); GET(open64); GET(open);
  GET(openat64); GET(sendfile64); GET(copy_file_range);
  const char *shared = getenv("FAULT_COUNT"); if (!shared) return;
  if (getenv("FAULT_UNDER")) under = getenv("FAULT_UNDER");
  int fd = real_open(shared, O_RDWR | O_CREAT, 0644); if (fd < 0) return;
  if (real_ftruncate64(fd, 4096)) {}
  count = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0); close(fd);
  if (count == MAP_FAILED) { count = NULL; return; }
  count[1] = -1;
  if (getenv("FAULT_LOG")) logfd = real_open(getenv("FAULT_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0644);
}
static int is_under(const char *path, int dirfd) {
  if (!count || !*under) return 0;
  char whole[5000];
  if (path[0] != '/') {
    char base[4096]; ssize_t n;
    if (dirfd == AT_FDCWD) { if (!getcwd(base, sizeof base)) return 0; }
    else { char link[64]; snprintf(link, sizeof link, "/proc/self/fd/%d", dirfd);
      n = readlink(link, base, sizeof base - 1); if (n < 0) return 0; base[n] = 0; }
    snprintf(whole, sizeof whole, "%s/%s", base, path); path = whole;
  }
  return !strncmp(path, under, strlen(under));
}
static int fd_under(int fd, char *into) {
  if (!count || !*under || fd < 0) return 0;
  char link[64]; snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, into, 4095); if (n < 0) return 0; into[n] = 0;
  return !strncmp(into, under, strlen(under));
}
// 0: go on; 1: fail with errno set; 2: write half, then die
static int hit(const char *what, const char *path, int needs_room) {
  long n = __sync_add_and_fetch(count, 1);
  if (logfd >= 0) { char line[5000]; int l = snprintf(line, sizeof line, "%ld %s %s\n", n, what, path); if (real_write(logfd, line, l)) {} }
  if (at < 0 || n < at) return 0;
  if (!strcmp(kind, "kill")) { if (n == at) kill(getpid(), SIGKILL); return 0; }
  if (!strcmp(kind, "half")) { if (n == at) { if (!strcmp(what, "write")) return 2; kill(getpid(), SIGKILL); } return 0; }
  if (!strcmp(kind, "full")) { if (needs_room) { errno = ENOSPC; return 1; } return 0; }   // from here on
  if (!strcmp(kind, "once")) { if (n == at) { errno = needs_room ? ENOSPC : EIO; return 1; } return 0; }
  return 0;
}
#define DIE do { kill(getpid(), SIGKILL); } while (0)
ssize_t write(int fd, const void *b, size_t s) { char p[4096];
  if (fd_under(fd, p)) { int h = hit("write", p, 1); if (h == 1) return -1; if (h == 2) { if (real_write(fd, b, s / 2)) {} DIE; } }
  return real_write(fd, b, s); }
ssize_t pwrite64(int fd, const void *b, size_t s, off_t o) { char p[4096];
  if (fd_under(fd, p)) { int h = hit("write", p, 1); if (h == 1) return -1; if (h == 2) { if (real_pwrite64(fd, b, s / 2, o)) {} DIE; } }
  return real_pwrite64(fd, b, s, o); }
ssize_t pwrite(int fd, const void *b, size_t s, off_t o) { return pwrite64(fd, b, s, o); }
ssize_t writev(int fd, const struct iovec *v, int n) { char p[4096];
  if (fd_under(fd, p)) { int h = hit("write", p, 1); if (h == 1) return -1; if (h == 2) { if (n && real_write(fd, v[0].iov_base, v[0].iov_len / 2)) {} DIE; } }
  return real_writev(fd, v, n); }
ssize_t sendfile64(int o, int i, off_t *f, size_t n) { char p[4096];
  if (fd_under(o, p)) { int h = hit("write", p, 1); if (h == 1) return -1; if (h == 2) DIE; }
  return real_sendfile64(o, i, f, n); }
ssize_t sendfile(int o, int i, off_t *f, size_t n) { return sendfile64(o, i, f, n); }
ssize_t copy_file_range(int i, off_t *a, int o, off_t *b, size_t n, unsigned f) { char p[4096];
  if (fd_under(o, p)) { int h = hit("write", p, 1); if (h == 1) return -1; if (h == 2) DIE; }
  return real_copy_file_range(i, a, o, b, n, f); }
int fsync(int fd) { char p[4096]; if (fd_under(fd, p) && hit("fsync", p, 1)) return -1; return real_fsync(fd); }
int fdatasync(int fd) { char p[4096]; if (fd_under(fd, p) && hit("fsync", p, 1)) return -1; return real_fdatasync(fd); }
int ftruncate64(int fd, off_t l) { char p[4096]; if (fd_under(fd, p) && hit("truncate", p, 1)) return -1; return real_ftruncate64(fd, l); }
int ftruncate(int fd, off_t l) { return ftruncate64(fd, l); }
int rename(const char *a, const char *b) { if (is_under(b, AT_FDCWD) && hit("rename", b, 0)) return -1; return real_rename(a, b); }
int renameat(int x, const char *a, int y, const char *b) { if (is_under(b, y) && hit("rename", b, 0)) return -1; return real_renameat(x, a, y, b); }
int renameat2(int x, const char *a, int y, const char *b, unsigned f) { if (is_under(b, y) && hit("rename", b, 0)) return -1; return real_renameat2(x, a, y, b, f); }
int mkdir(const char *p, mode_t m) { if (is_under(p, AT_FDCWD) && hit("mkdir", p, 1)) return -1; return real_mkdir(p, m); }
int link(const char *a, const char *b) { if (is_under(b, AT_FDCWD) && hit("link", b, 1)) return -1; return real_link(a, b); }
int unlink(const char *p) { if (is_under(p, AT_FDCWD) && hit("unlink", p, 0)) return -1; return real_unlink(p); }
int unlinkat(int d, const char *p, int f) { if (is_under(p, d) && hit("unlink", p, 0)) return -1; return real_unlinkat(d, p, f); }
int rmdir(const char *p) { if (is_under(p, AT_FDCWD) && hit("rmdir", p, 0)) return -1; return real_rmdir(p); }
#define OPEN(NAME) int NAME(const char *p, int f, ...) { mode_t m = 0; if (f & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, f); m = va_arg(a, mode_t); va_end(a); } \
  if ((f & O_CREAT) && is_under(p, AT_FDCWD) && hit("create", p, 1)) return -1; return real_##NAME(p, f, m); }
OPEN(open64) OPEN(open)
int openat64(int d, const char *p, int f, ...) { mode_t m = 0; if (f & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, f); m = va_arg(a, mode_t); va_end(a); }
  if ((f & O_CREAT) && is_under(p, d) && hit("create", p, 1)) return -1; return real_openat64(d, p, f, m); }
// the clock, moved by FAULT_CLOCK seconds after FAULT_CLOCK_AFTER seconds of the process
static time_t shift(void) { const char *s = getenv("FAULT_CLOCK"); if (!s) return 0;
  static time_t began; struct timespec now; static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime"); real(CLOCK_MONOTONIC, &now); if (!began) began = now.tv_sec;
  const char *after = getenv("FAULT_CLOCK_AFTER"); return now.tv_sec - began >= (after ? atol(after) : 0) ? atol(s) : 0; }
int clock_gettime(clockid_t c, struct timespec *t) { static int (*real)(clockid_t, struct timespec *);
  if (!real) real = dlsym(RTLD_NEXT, "clock_gettime"); int r = real(c, t); if (c == CLOCK_REALTIME) t->tv_sec += shift(); return r; }
time_t time(time_t *t) { struct timespec now; clock_gettime(CLOCK_REALTIME, &now); if (t) *t = now.tv_sec; return now.tv_sec; }
