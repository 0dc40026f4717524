// SPDX-License-Identifier: GPL-2.0
/*
 * The states that have been seen, by their hashes: open addressing, at most half full.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	uint64_t hash;
	uint32_t number;
};

static struct slot *slots;
static uint32_t size, used;

void states_clear(void)
{
	if (size > 1U << 12) {
		free(slots);
		slots = NULL;
	}
	size = 1U << 12;
	if (slots)
		memset(slots, 0, size * sizeof(*slots));
	else
		slots = calloc(size, sizeof(*slots));
	used = 0;
	if (!slots)
		x_cannot("out of memory", "");
}

static struct slot *find(struct slot *table, uint32_t mask, uint64_t hash)
{
	uint32_t i = hash & mask;

	while (table[i].number && table[i].hash != hash)
		i = (i + 1) & mask;
	return &table[i];
}

static void grow(void)
{
	struct slot *larger = calloc((size_t)size * 2, sizeof(*larger));

	if (!larger)
		x_cannot("out of memory", "");
	for (uint32_t i = 0; i < size; i++)
		if (slots[i].number)
			*find(larger, size * 2 - 1, slots[i].hash) = slots[i];
	free(slots);
	slots = larger;
	size *= 2;
}

uint32_t states_add(uint64_t hash, bool *seen)
{
	struct slot *slot = find(slots, size - 1, hash);

	*seen = slot->number;
	if (*seen)
		return slot->number;
	slot->hash = hash;
	slot->number = ++used;
	if (used > size / 2)
		grow();
	return used;
}

uint32_t states_count(void)
{
	return used;
}
