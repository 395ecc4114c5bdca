/*
 * arch/x86_64/rtc.c - the battery-backed clock of a PC
 *
 * What:  the date, read once; and the rate of the time stamp counter by its
 *        periodic flag where a machine has nothing better.
 * Locks: none: boot CPU at start-up alone.
 * Not:   writing it, alarms: the kernel keeps its own time after the start.
 * See:   Motorola MC146818A data sheet; ACPI 6.5, section 5.2.9 (century).
 */
#include <asm/clock.h>

#include <arch/clock.h>
#include <arch/cpu.h>
#include <asm/acpi.h>
#include <asm/port.h>

#define CMOS_INDEX 0x70		/* bit 7 would mask NMI */
#define CMOS_DATA 0x71

enum rtc_reg {
	RTC_SECONDS = 0,
	RTC_MINUTES = 2,
	RTC_HOURS = 4,
	RTC_DAY = 7,
	RTC_MONTH = 8,
	RTC_YEAR = 9,
	RTC_A = 10,
	RTC_B = 11,
	RTC_C = 12,
	RTC_D = 13,
};

#define RTC_A_UPDATING BIT(7)
#define RTC_A_RATE 0x0f
#define RTC_A_RATE_1024 6	/* 1024 Hz */
#define RTC_B_24H BIT(1)
#define RTC_B_BINARY BIT(2)
#define RTC_B_PERIODIC BIT(6)
#define RTC_C_PERIODIC BIT(6)
#define RTC_HOUR_PM BIT(7)

#define UPDATE_MAX_NS (5 * NSEC_PER_MSEC)
#define READ_TRIES 3

/* Periods measured, and how often the flag is asked at most for each. */
#define NPERIODS 15
#define PERIOD_TURNS 100000u
#define PERIOD_HZ 1024

struct rtc_time {
	u32 second, minute, hour, day, month, year, century;
};

static u8 cmos_read(u8 reg)
{
	port_out8(CMOS_INDEX, reg);
	return port_in8(CMOS_DATA);
}

static void cmos_write(u8 reg, u8 v)
{
	port_out8(CMOS_INDEX, reg);
	port_out8(CMOS_DATA, v);
}

/* Register D has one bit, and it is 1; a port that is not there reads 0xff. */
static bool rtc_is_there(void)
{
	return cmos_read(RTC_D) != 0xff && cmos_read(RTC_A) != 0xff;
}

static bool wait_no_update(void)
{
	u64 start = clock_now_ns();

	while (cmos_read(RTC_A) & RTC_A_UPDATING) {
		if (clock_now_ns() - start > UPDATE_MAX_NS)
			return false;
		cpu_relax();
	}
	return true;
}

static void fields_read(struct rtc_time *t)
{
	u8 century = acpi_power()->century;

	t->second = cmos_read(RTC_SECONDS);
	t->minute = cmos_read(RTC_MINUTES);
	t->hour = cmos_read(RTC_HOURS);
	t->day = cmos_read(RTC_DAY);
	t->month = cmos_read(RTC_MONTH);
	t->year = cmos_read(RTC_YEAR);
	t->century = century ? cmos_read(century) : 0;
}

static bool fields_equal(const struct rtc_time *a, const struct rtc_time *b)
{
	return a->second == b->second && a->minute == b->minute &&
	       a->hour == b->hour && a->day == b->day &&
	       a->month == b->month && a->year == b->year &&
	       a->century == b->century;
}

/* The same twice: no update came between. */
static bool fields_read_stable(struct rtc_time *t)
{
	for (u32 i = 0; i < READ_TRIES; i++) {
		struct rtc_time again;

		if (!wait_no_update())
			return false;
		fields_read(t);
		if (!wait_no_update())
			return false;
		fields_read(&again);
		if (fields_equal(t, &again))
			return true;
	}
	return false;
}

static u32 from_bcd(u32 v)
{
	return (v & 15) + (v >> 4) * 10;
}

static void fields_decode(struct rtc_time *t, u8 mode)
{
	bool pm = t->hour & RTC_HOUR_PM;

	if (!(mode & RTC_B_24H))
		t->hour &= ~(u32)RTC_HOUR_PM;
	if (!(mode & RTC_B_BINARY)) {
		t->second = from_bcd(t->second);
		t->minute = from_bcd(t->minute);
		t->hour = from_bcd(t->hour);
		t->day = from_bcd(t->day);
		t->month = from_bcd(t->month);
		t->year = from_bcd(t->year);
		t->century = from_bcd(t->century);
	}
	if (!(mode & RTC_B_24H))
		t->hour = t->hour % 12 + (pm ? 12 : 0);
	if (t->century >= 19 && t->century <= 29)
		t->year += t->century * 100;
	else
		t->year += t->year < 70 ? 2000 : 1900;
}

static bool fields_are_sane(const struct rtc_time *t)
{
	return t->second < 60 && t->minute < 60 && t->hour < 24 &&
	       t->day >= 1 && t->day <= 31 && t->month >= 1 &&
	       t->month <= 12 && t->year >= 1970;
}

/* Days since 1970-01-01; years begin in March, so that the leap day is the
 * last day of a year. */
static u64 days_of(u32 year, u32 month, u32 day)
{
	u32 y = month > 2 ? year : year - 1;
	u32 m = month > 2 ? month - 3 : month + 9;

	return y * 365ul + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 +
	       day - 1 - 719468;
}

bool rtc_read(u64 *out)
{
	struct rtc_time t;

	if (!rtc_is_there() || !fields_read_stable(&t))
		return false;
	fields_decode(&t, cmos_read(RTC_B));
	if (!fields_are_sane(&t))
		return false;
	*out = ((days_of(t.year, t.month, t.day) * 24 + t.hour) * 60 +
		t.minute) * 60 + t.second;
	return true;
}

/* TSC when the periodic flag is next seen; 0: it never comes. */
static u64 next_period(void)
{
	for (u32 i = 0; i < PERIOD_TURNS; i++) {
		if (cmos_read(RTC_C) & RTC_C_PERIODIC)
			return tsc_ordered();
	}
	return 0;
}

/* The middle of NPERIODS lengths: one seen late is long, the next short. */
static u64 median_period(void)
{
	u64 lengths[NPERIODS];
	u64 last = next_period();

	for (u32 n = 0; n < NPERIODS; n++) {
		u64 now = next_period();
		u64 length = now - last;
		u32 i = n;

		if (!last || !now)
			return 0;
		for (; i > 0 && lengths[i - 1] > length; i--)
			lengths[i] = lengths[i - 1];
		lengths[i] = length;
		last = now;
	}
	return lengths[NPERIODS / 2];
}

u64 rtc_measure_tsc_khz(void)
{
	u8 a, b;
	u64 cycles;

	if (!rtc_is_there())
		return 0;
	a = cmos_read(RTC_A);
	b = cmos_read(RTC_B);
	cmos_write(RTC_A, (a & ~RTC_A_RATE) | RTC_A_RATE_1024);
	/* Some models set the flag only when the interrupt is wanted; its
	 * line is masked. */
	cmos_write(RTC_B, b | RTC_B_PERIODIC);
	next_period();
	cycles = median_period();
	cmos_write(RTC_B, b);
	cmos_write(RTC_A, a);
	cmos_read(RTC_C);
	return cycles * PERIOD_HZ / 1000;
}
