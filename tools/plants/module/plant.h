/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All C that this module calls, for bindgen.
 */
#ifndef VMA_LOCK_PLANT_H
#define VMA_LOCK_PLANT_H

#include "../../lib/synthetic_mm/synthetic_mm.h"

/* The word with bit @bit set. UBSAN looks at C only. */
unsigned int vma_lock_plant_bit(unsigned int bit);

#endif /* VMA_LOCK_PLANT_H */
