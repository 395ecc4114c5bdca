/*
 * tests/user/lib/stage.c - see stage.h
 */
#include "stage.h"

int *words;
struct gate ready, go;

void stage_set(void)
{
	words = shared_alloc(4096);
	gate_init(&ready);
	gate_init(&go);
}
