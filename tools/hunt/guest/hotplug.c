// SPDX-License-Identifier: GPL-2.0
/*
 * CPUs go away and come back, while threads that they ran map and fault.
 *
 * needs: CONFIG_HOTPLUG_CPU
 */
#include "victim.h"

static int set(int cpu, const char *online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	return write_to(path, online);
}

int main(int argc, char **argv)
{
	const int cpus = sysconf(_SC_NPROCESSORS_CONF);
	uint32_t rnd;
	pid_t pid;

	load_begin(argc, argv);
	if (access("/sys/devices/system/cpu/cpu1/online", W_OK))
		cannot("no CPU that can go offline");
	victim_prepare();
	pid = child(victim, 1);
	rnd = row(0);
	while (!over()) {
		const int cpu = 1 + below(&rnd, cpus - 1), gone = !set(cpu, "0");

		count_result("offline", !gone);
		usleep(below(&rnd, 100000));
		count_result("online", gone && set(cpu, "1"));
	}
	kill(pid, SIGKILL);
	expect_end(pid);
	return load_finish(argv[0]);
}
