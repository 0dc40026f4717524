// SPDX-License-Identifier: GPL-2.0
/*
 * Is never run. For tools/hunt/test.
 *
 * needs: CONFIG_THAT_NO_KERNEL_HAS
 */
#include "load.h"

int main(int argc, char **argv)
{
	load_begin(argc, argv);
	return load_finish(argv[0]);
}
