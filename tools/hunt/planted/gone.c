// SPDX-License-Identifier: GPL-2.0
/* Takes the guest away without a word. For tools/hunt/test. */
#include <sys/reboot.h>
#include "load.h"

int main(int argc, char **argv)
{
	load_begin(argc, argv);
	reboot(RB_POWER_OFF);
	err(1, "reboot");
}
