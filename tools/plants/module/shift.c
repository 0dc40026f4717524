// SPDX-License-Identifier: GPL-2.0

#include "plant.h"

unsigned int vma_lock_plant_bit(unsigned int bit)
{
	return 1U << bit;
}
