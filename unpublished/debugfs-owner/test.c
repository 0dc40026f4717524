// SPDX-License-Identifier: GPL-2.0
/*
 * A module that has a file in debugfs is unloaded while somebody has the file open, or as good as open.
 * What touches the file afterwards is a process of its own, which an oops ends. TAP.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int unload(const char *module)
{
	return syscall(SYS_delete_module, module, O_NONBLOCK);
}

/* Open, unload, read, close. If it is refused while the file is open, so much the better. */
static void open_then_close(const char *module, const char *path)
{
	char c;
	int fd = open(path, O_RDONLY);

	if (fd < 0 || read(fd, &c, 1) != 1)
		err(1, "%s", path);
	if (unload(module))
		printf("# %s: in use\n", module);
	else if (read(fd, &c, 1) >= 0)
		errx(1, "%s can be read without its module", path);
	close(fd);
}

/* Found, and not opened; unload; open what was found. */
static void find_then_open(const char *module, const char *path)
{
	char found[32];
	int fd = open(path, O_PATH);

	if (fd < 0)
		err(1, "%s", path);
	if (unload(module))
		err(1, "%s", module);
	snprintf(found, sizeof(found), "/proc/self/fd/%d", fd);
	if (open(found, O_RDONLY) >= 0)
		errx(1, "%s can be opened without its module", path);
}

static int test(const char *module, void (*body)(const char *, const char *))
{
	char path[64];
	int fd, status;
	pid_t pid;

	snprintf(path, sizeof(path), "/modules/%s.ko", module);
	fd = open(path, O_RDONLY);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		err(1, "%s", path);
	close(fd);
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/file", module);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		body(module, path);
		fflush(stdout);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	unload(module);
	if (WIFSIGNALED(status))
		printf("# killed: %s\n", strsignal(WTERMSIG(status)));
	return status;
}

int main(void)
{
	static const struct {
		const char *name, *module;
		void (*body)(const char *module, const char *path);
	} tests[] = {
		{ "C, with an owner: closed after the module", "files_c", open_then_close },
		{ "Rust: closed after the module", "files_rust", open_then_close },
		{ "C, with an owner: opened after the module", "files_c", find_then_open },
		{ "Rust: opened after the module", "files_rust", find_then_open },
	};
	const int n = sizeof(tests) / sizeof(tests[0]);
	int failed = 0;

	printf("KTAP version 1\n1..%d\n", n);
	for (int i = 0; i < n; i++) {
		int status = test(tests[i].module, tests[i].body);

		printf("%sok %d %s\n", status ? "not " : "", i + 1, tests[i].name);
		failed |= status;
	}
	return !!failed;
}
