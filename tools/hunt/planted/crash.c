// SPDX-License-Identifier: GPL-2.0
/* Has the kernel report something: a panic, by SysRq. For tools/hunt/test. */
#include "load.h"

int main(int argc, char **argv)
{
	const int fd = open("/proc/sysrq-trigger", O_WRONLY);

	load_begin(argc, argv);
	if (fd < 0 || write(fd, "c", 1) != 1)
		err(1, "/proc/sysrq-trigger");
	return load_finish(argv[0]);
}
