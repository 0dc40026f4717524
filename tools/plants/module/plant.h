/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the C and the Rust of this module call of each other, for bindgen.
 */
#ifndef VMA_LOCK_PLANT_H
#define VMA_LOCK_PLANT_H

/* The word with bit @bit set. UBSAN looks at C only. */
unsigned int vma_lock_plant_bit(unsigned int bit);

/* debugfs vma_lock_plant/provoke */
void vma_lock_plant_create_file(void);
void vma_lock_plant_remove_file(void);

/* What was written there, in vma_lock_plant.rs. Returns 0 or an error. */
int vma_plant_provoke(const char *text, unsigned long len);

#endif /* VMA_LOCK_PLANT_H */
