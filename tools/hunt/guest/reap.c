// SPDX-License-Identifier: GPL-2.0
/*
 * A process that is killed while it maps and faults has its memory taken by another one
 * (process_mrelease), while a third reads its maps.
 *
 * needs: CONFIG_PROC_PAGE_MONITOR
 */
#include <sys/pidfd.h>
#include "victim.h"

static void reader(uint32_t pid)
{
	char buffer[4096];
	int fd;

	while ((fd = open_proc(pid, "smaps")) >= 0) {
		const ssize_t first = read(fd, buffer, sizeof(buffer));

		while (read(fd, buffer, sizeof(buffer)) > 0)
			;
		close(fd);
		if (first <= 0)
			break;
		count("reads");
	}
}

int main(int argc, char **argv)
{
	uint32_t rnd;

	load_begin(argc, argv);
	victim_prepare();
	rnd = row(0);
	for (uint32_t id = 1; !over(); id++) {
		const pid_t pid = child(victim, id), other = child(reader, pid);
		const int fd = pidfd_open(pid, 0);

		if (fd < 0)
			err(1, "pidfd_open");
		usleep(below(&rnd, 20000));
		kill(pid, SIGKILL);
		count_result("reaps", syscall(SYS_process_mrelease, fd, 0));
		close(fd);
		expect_end(pid);
		expect_end(other);
	}
	return load_finish(argv[0]);
}
