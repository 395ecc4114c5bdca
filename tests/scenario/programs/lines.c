/*
 * tests/scenario/programs/lines.c - an init that writes many numbered lines
 *
 * What:  LINES lines of 80 bytes to the console, one write each, then the end
 *        of the machine.
 * See:   tests/scenario/slow_console.py
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
	const char *text = getenv("LINES");
	int n = text ? atoi(text) : 100;
	char line[96];

	for (int i = 0; i < n; i++) {
		snprintf(line, sizeof(line), "%05d %073d\n", i, i);
		if (write(1, line, 80) != 80)
			return 1;
	}
	reboot(RB_POWER_OFF);
	return 1;
}
