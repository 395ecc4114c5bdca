/*
 * tests/user/deadlines.c - the policy SCHED_DEADLINE
 *
 * What:  which values it takes, who may ask, how much is promised; that a
 *        budget is all one gets, and the earliest deadline is first. Also the
 *        turns that other policies may ask for.
 * See:   sched(7), sched_setattr(2)
 */
#include "lib/proc.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <linux/futex.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#define DEADLINE	6
#define RESET_ON_FORK	0x01ul
#define RECLAIM		0x02ul
#define OVERRUN		0x04ul
#define KEEP_POLICY	0x08ul
#define KEEP_PARAMS	0x10ul
#define MS		1000000ul
#define NOBODY		4000000
#define TRIES		3
#define RT_RUNTIME	"/proc/sys/kernel/sched_rt_runtime_us"

struct attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

static long set(pid_t pid, const struct attr *a)
{
	return sys(SYS_sched_setattr, pid, P(a), 0);
}

static struct attr attr(uint64_t runtime, uint64_t deadline, uint64_t period)
{
	return (struct attr){ .size = sizeof(struct attr), .policy = DEADLINE,
			      .runtime = runtime, .deadline = deadline,
			      .period = period };
}

static long ask_of(pid_t pid, uint64_t runtime, uint64_t deadline,
		   uint64_t period)
{
	struct attr a = attr(runtime, deadline, period);

	return set(pid, &a);
}

static long ask(uint64_t runtime, uint64_t deadline, uint64_t period)
{
	return ask_of(0, runtime, deadline, period);
}

static long leave(pid_t pid)
{
	struct attr a = { .size = sizeof(a) };

	return set(pid, &a);
}

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

/* spend processor time */
static void burn(uint64_t ns)
{
	uint64_t end = now(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (now(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

/* --- what may be asked ---------------------------------------------------- */

static void values(void)
{
	struct attr a = attr(10 * MS, 30 * MS, 100 * MS);

	CHECK_EQ("no budget", ask(0, 30 * MS, 100 * MS), -EINVAL);
	CHECK_EQ("no deadline", ask(10 * MS, 0, 100 * MS), -EINVAL);
	CHECK_EQ("less than 1024 ns", ask(1023, 30 * MS, 100 * MS), -EINVAL);
	CHECK_EQ("more than the deadline",
		 ask(31 * MS, 30 * MS, 100 * MS), -EINVAL);
	CHECK_EQ("a deadline after the period",
		 ask(10 * MS, 101 * MS, 100 * MS), -EINVAL);
	CHECK_EQ("a period under 100 us", ask(2000, 50000, 50000), -EINVAL);
	CHECK_EQ("a period over 4 s",
		 ask(10 * MS, 30 * MS, 5000 * MS), -EINVAL);
	CHECK_EQ("a negative budget",
		 ask(1ul << 63, 1ul << 63, 1ul << 63), -EINVAL);
	CHECK_EQ("of nobody", ask_of(NOBODY, MS, 10 * MS, 10 * MS), -ESRCH);
	a.priority = 1;
	CHECK_EQ("with a priority", set(0, &a), -EINVAL);
	a.priority = 0;
	a.flags = 0x80;
	CHECK_EQ("an unknown flag", set(0, &a), -EINVAL);
	CHECK_EQ("sched_setscheduler has no place for them",
		 sys(SYS_sched_setscheduler, 0, DEADLINE, P(&(int){ 0 })),
		 -EINVAL);
	CHECK("limits of the period",
	      proc_text_is("/proc/sys/kernel/sched_deadline_period_max_us",
			   "4194304\n") &&
	      proc_text_is("/proc/sys/kernel/sched_deadline_period_min_us",
			   "100\n"));
	CHECK_EQ("its lowest priority",
		 sys(SYS_sched_get_priority_min, DEADLINE), 0);
	CHECK_EQ("and its highest",
		 sys(SYS_sched_get_priority_max, DEADLINE), 0);
}

/* fields 18, 40 and 41 of stat: priority, real-time priority, policy */
static int stat_shows(long priority, long rt, long policy)
{
	long found[53] = { 0 };
	char text[1024], *p;

	need(proc_read("/proc/self/stat", text, sizeof(text)) > 0);
	p = strrchr(text, ')') + 4;
	for (int i = 4; i <= 52 && p; i++) {
		sscanf(p, "%ld", &found[i]);
		p = strchr(p, ' ');
		p = p ? p + 1 : NULL;
	}
	return found[18] == priority && found[40] == rt && found[41] == policy;
}

static void told(void)
{
	struct timespec turn = { 1, 1 };
	struct attr a;
	int priority = 5;

	CHECK_EQ("is given", ask(10 * MS, 30 * MS, 100 * MS), 0);
	CHECK_EQ("the policy", sys(SYS_sched_getscheduler, 0), DEADLINE);
	CHECK_EQ("the values", sys(SYS_sched_getattr, 0, P(&a), sizeof(a), 0),
		 0);
	CHECK("as given", a.policy == DEADLINE && a.runtime == 10 * MS &&
	      a.deadline == 30 * MS && a.period == 100 * MS && !a.flags &&
	      !a.nice && !a.priority);
	CHECK("in stat", stat_shows(-101, 0, DEADLINE));
	sys(SYS_sched_getparam, 0, P(&priority));
	CHECK_EQ("no priority", priority, 0);
	CHECK_EQ("which cannot be set",
		 sys(SYS_sched_setparam, 0, P(&priority)), -EINVAL);
	CHECK_EQ("its turns", sys(SYS_sched_rr_get_interval, 0, P(&turn)), 0);
	CHECK("have no length", !turn.tv_sec && !turn.tv_nsec);
	CHECK_EQ("it may be nicer",
		 sys(SYS_setpriority, PRIO_PROCESS, 0, 5), 0);
	sys(SYS_sched_getattr, 0, P(&a), sizeof(a), 0);
	CHECK("and keeps policy and values", a.policy == DEADLINE && !a.nice &&
	      a.runtime == 10 * MS && a.deadline == 30 * MS);
	CHECK_EQ("which is told", sys(SYS_getpriority, PRIO_PROCESS, 0), 15);
	a = attr(5 * MS, 20 * MS, 0);
	a.flags = RECLAIM | OVERRUN | RESET_ON_FORK;
	CHECK_EQ("other values, with flags", set(0, &a), 0);
	sys(SYS_sched_getattr, 0, P(&a), sizeof(a), 0);
	CHECK("are told: the period is the deadline", a.runtime == 5 * MS &&
	      a.deadline == 20 * MS && a.period == 20 * MS);
	CHECK_EQ("and the flags", a.flags, RECLAIM | OVERRUN | RESET_ON_FORK);
	a = attr(0, 0, 0);
	a.policy = 77;
	a.flags = KEEP_POLICY | KEEP_PARAMS;
	CHECK_EQ("all is kept", set(0, &a), 0);
	sys(SYS_sched_getattr, 0, P(&a), sizeof(a), 0);
	CHECK("as it is", a.policy == DEADLINE && a.runtime == 5 * MS &&
	      a.flags == (RECLAIM | OVERRUN | RESET_ON_FORK));
	CHECK_EQ("and left", leave(0), 0);
	CHECK_EQ("for the usual one", sys(SYS_sched_getscheduler, 0), 0);
	CHECK("in stat, too", stat_shows(20, 0, 0));
}

static void afterwards(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(ask(10 * MS, 100 * MS, 100 * MS) ? 1 : 0);
	need(!waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
	CHECK_EQ("a dead one may be nicer",
		 sys(SYS_setpriority, PRIO_PROCESS, pid, 5), 0);
	CHECK_EQ("which is told", sys(SYS_getpriority, PRIO_PROCESS, pid), 15);
	CHECK_EQ("and has its policy", sys(SYS_sched_getscheduler, pid),
		 DEADLINE);
	CHECK_EXIT("it had asked", pid, 0);
}

static int ask_as_user(void *arg)
{
	(void)arg;
	become_user();
	return ask(MS, 10 * MS, 10 * MS) == -EPERM &&
	       ask(0, 10 * MS, 10 * MS) == -EINVAL ? 0 : 1;
}

static int fork_twice(void *arg)
{
	struct attr a = attr(10 * MS, 100 * MS, 100 * MS);
	long threads = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD;
	char *stack = shared_alloc(4096);
	pid_t pid;

	(void)arg;
	need(set(0, &a) == 0);
	CHECK_ERRNO("has no children", fork(), EAGAIN);
	CHECK_EQ("and no threads", sys(SYS_clone, threads, P(stack + 4096)),
		 -EAGAIN);
	a.flags = RESET_ON_FORK;
	need(set(0, &a) == 0);
	pid = fork();
	if (!pid)
		_exit((int)sys(SYS_sched_getscheduler, 0));
	CHECK_EXIT("but with reset-on-fork ordinary ones", pid, SCHED_OTHER);
	return 0;
}

/* --- how much is promised ------------------------------------------------- */

static int cpus(void)
{
	unsigned long mask[16] = { 0 };
	int n = 0;

	need(sys(SYS_sched_getaffinity, 0, sizeof(mask), P(mask)) > 0);
	for (unsigned int i = 0; i < COUNT(mask); i++)
		n += __builtin_popcountl(mask[i]);
	return n;
}

static void rights(void)
{
	unsigned long all[16] = { 0 }, one[16] = { 1 };

	CHECK_STATUS("users may not, whatever they ask",
		     child_run(ask_as_user, NULL), EXITED(0));
	child_run(fork_twice, NULL);
	need(sys(SYS_sched_getaffinity, 0, sizeof(all), P(all)) > 0);
	if (cpus() == 1) {
		SKIP("a thread bound to a processor", "there is only one");
		SKIP("cannot be bound to one", "there is only one");
		return;
	}
	need(!sys(SYS_sched_setaffinity, 0, sizeof(one), P(one)));
	CHECK_EQ("a thread bound to a processor", ask(MS, 10 * MS, 10 * MS),
		 -EPERM);
	need(!sys(SYS_sched_setaffinity, 0, sizeof(all), P(all)));
	need(ask(MS, 10 * MS, 10 * MS) == 0);
	CHECK_EQ("cannot be bound to one",
		 sys(SYS_sched_setaffinity, 0, sizeof(one), P(one)), -EBUSY);
	need(leave(0) == 0);
}

/* how many children may have 35 % of a processor each */
static int fill(pid_t *pids, int most)
{
	int n = 0;

	while (n < most && ask_of(pids[n], 35 * MS, 100 * MS, 100 * MS) == 0)
		n++;
	return n;
}

/* What the dead had is kept for them until their deadlines. */
static int fill_again(pid_t *pids, int most)
{
	int n = 0;

	for (int i = 0; i < 50 && n < most; i++) {
		n += fill(pids + n, most - n);
		usleep(20000);
	}
	return n;
}

static void promises(void)
{
	int most = cpus() * 3, n, again;
	pid_t *pids = shared_alloc((size_t)most * sizeof(*pids));
	char runtime[32];

	need(proc_read(RT_RUNTIME, runtime, sizeof(runtime)) > 0);
	for (int i = 0; i < most; i++)
		pids[i] = child_idle();
	n = fill(pids, most);
	CHECK("most of the processors", n * 35 > cpus() * 90 - 35);
	CHECK("but not more than there is", n * 35 <= cpus() * 100);
	CHECK_EQ("the next is refused",
		 ask_of(pids[n], 35 * MS, 100 * MS, 100 * MS), -EBUSY);
	CHECK_EQ("also when one wants more",
		 ask_of(pids[0], 90 * MS, 100 * MS, 100 * MS), -EBUSY);
	CHECK_EQ("less cannot be left to real-time threads",
		 proc_put(RT_RUNTIME, "500000"), -EBUSY);
	CHECK("and is not", proc_text_is(RT_RUNTIME, runtime));
	for (int i = 0; i < most; i++)
		child_kill(pids[i]);
	for (int i = 0; i < most; i++)
		pids[i] = child_idle();
	again = fill_again(pids, n);
	CHECK_EQ("what the dead had is there again", again, n);
	for (int i = 0; i < most; i++)
		child_kill(pids[i]);
}

/* --- budgets -------------------------------------------------------------- */

static volatile int overruns;

static void count_overrun(int sig)
{
	(void)sig;
	overruns++;
}

/* what a child tries, and what it found */
struct trial {
	struct attr attr;
	int (*run)(void);
	uint64_t ns;
	int overruns;
};

static int spend(void)
{
	burn(50 * MS);
	return 0;
}

static int give_up(void)
{
	return sched_yield();
}

static int oversleep(void)
{
	struct timespec t = { 0, 100 * MS };

	return nanosleep(&t, NULL);
}

static int attempt(void *arg)
{
	struct trial *t = arg;
	uint64_t begin = now(CLOCK_MONOTONIC);

	handle(SIGXCPU, count_overrun, SA_RESTART);
	/* What others had comes back at their deadlines. */
	while (set(0, &t->attr) == -EBUSY)
		begin = now(CLOCK_MONOTONIC);
	if (t->run())
		return 1;
	t->ns = now(CLOCK_MONOTONIC) - begin;
	t->overruns = overruns;
	return 0;
}

/* the time that @run takes with these values */
static struct trial try(struct attr a, int (*run)(void))
{
	struct trial *t = shared_alloc(sizeof(*t));

	t->attr = a;
	t->run = run;
	need(child_run(attempt, t) == EXITED(0));
	return *t;
}

/* A machine that stands still for a while spends budgets, too: several tries.
 * @good: of @t beside @plain, which may be NULL. */
static struct trial try_until(struct attr a, const struct trial *plain,
			      int (*good)(const struct trial *t,
					  const struct trial *plain))
{
	struct trial t = try(a, spend);

	for (int i = 1; i < TRIES && !good(&t, plain); i++)
		t = try(a, spend);
	return t;
}

static int lasts(const struct trial *t, const struct trial *plain)
{
	(void)plain;
	return t->ns >= 700 * MS;
}

static int is_told(const struct trial *t, const struct trial *plain)
{
	(void)plain;
	return t->overruns >= 1;
}

static int is_half(const struct trial *t, const struct trial *plain)
{
	return t->ns * 2 <= plain->ns;
}

static void spending(void)
{
	struct attr a = attr(5 * MS, 100 * MS, 100 * MS);
	struct trial plain = try_until(a, NULL, lasts), other;

	CHECK("ten budgets last eight periods", lasts(&plain, NULL));
	CHECK_EQ("nobody is told of overruns", plain.overruns, 0);
	a.flags = OVERRUN;
	other = try_until(a, NULL, is_told);
	CHECK("who wants it is", is_told(&other, NULL));
	a.flags = RECLAIM;
	other = try_until(a, &plain, is_half);
	CHECK("what nobody was promised is to be had", is_half(&other, &plain));
}

static void periods(void)
{
	struct attr whole = attr(MS, 100 * MS, 100 * MS);
	struct attr half = attr(MS, 50 * MS, 200 * MS);

	CHECK("sched_yield waits for the next period",
	      try(whole, give_up).ns >= 95 * MS);
	CHECK("not only for the deadline", try(half, give_up).ns >= 195 * MS);
	half = attr(2 * MS, 40 * MS, 300 * MS);
	CHECK("who sleeps through his deadline waits for it, too",
	      try(half, oversleep).ns >= 290 * MS);
}

/* Linux 6.12 gives back twice what some of the dead had, and when its sum is
 * below zero promises nothing more: one that lives has enough to hide that. */
static void budgets(void)
{
	pid_t keeper = child_idle();

	while (ask_of(keeper, 30 * MS, 100 * MS, 100 * MS) == -EBUSY)
		usleep(20000);
	spending();
	periods();
	child_kill(keeper);
}

/* --- who is first --------------------------------------------------------- */

struct race {
	volatile int sleeper_ran;
	struct attr runner, sleeper;
};

/* burns until the other has run, but not for ever */
static int runner(struct race *r)
{
	uint64_t end = now(CLOCK_THREAD_CPUTIME_ID) + 100 * MS;

	need(set(0, &r->runner) == 0);
	while (!r->sleeper_ran && now(CLOCK_THREAD_CPUTIME_ID) < end)
		;
	return r->sleeper_ran;
}

static int sleeper(struct race *r)
{
	struct timespec t = { 0, 20 * MS };

	need(set(0, &r->sleeper) == 0);
	nanosleep(&t, NULL);
	r->sleeper_ran = 1;
	return 0;
}

/* on one processor: does the sleeper run while the runner burns its time? */
static int overtakes(struct attr by_sleeper, struct attr by_runner)
{
	struct race *r = shared_alloc(sizeof(*r));
	pid_t second;
	int status;

	r->runner = by_runner;
	r->sleeper = by_sleeper;
	second = fork();
	if (!second)
		_exit(sleeper(r));
	proc_await(second, "S");
	status = child_run((int (*)(void *))runner, r);
	CHECK_EXIT("the sleeper runs at last", second, 0);
	return WEXITSTATUS(status);
}

struct lent {
	volatile uint32_t lock;		/* a futex with priority inheritance */
	volatile int locked, go, spinner_done;
};

static long pi_lock(struct lent *l)
{
	return sys(SYS_futex, P(&l->lock), FUTEX_LOCK_PI, 0, 0);
}

static void nap_until(volatile int *word)
{
	while (!*word)
		usleep(1000);
}

/* an ordinary thread that has the lock: 0 if it ran before the spinner ended */
static int owner(void *arg)
{
	struct lent *l = arg;

	need(leave(0) == 0 && pi_lock(l) == 0);
	l->locked = 1;
	nap_until(&l->go);
	burn(30 * MS);
	return l->spinner_done ||
	       sys(SYS_futex, P(&l->lock), FUTEX_UNLOCK_PI, 0) != 0;
}

static int waiter(void *arg)
{
	need(ask(2 * MS, 100 * MS, 100 * MS) == 0);
	return pi_lock(arg) != 0;
}

/* with a real-time priority, as its parent */
static int spinner(void *arg)
{
	struct lent *l = arg;

	nap_until(&l->go);
	burn(200 * MS);
	l->spinner_done = 1;
	return 0;
}

static void lending(void)
{
	struct lent *l = shared_alloc(sizeof(*l));
	pid_t has, wants, spins;

	has = child_start(owner, l);
	nap_until(&l->locked);
	wants = child_start(waiter, l);
	while (!(l->lock & FUTEX_WAITERS))
		usleep(1000);
	spins = child_start(spinner, l);
	usleep(5000);
	l->go = 1;
	CHECK_EXIT("who has what a deadline waits for goes first", has, 0);
	CHECK_EXIT("for longer than the budget; and is waited for", wants, 0);
	CHECK_EXIT("then real-time threads", spins, 0);
}

static void order(void)
{
	struct attr early = attr(200 * MS, 500 * MS, 500 * MS);
	struct attr late = attr(300 * MS, 900 * MS, 900 * MS);
	struct attr fifo = { .size = sizeof(fifo), .policy = SCHED_FIFO,
			     .priority = 99 };
	unsigned long one[16] = { 1 };
	char runtime[32];

	need(proc_read(RT_RUNTIME, runtime, sizeof(runtime)) > 0);
	need(!proc_write(RT_RUNTIME, "-1"));
	need(!sys(SYS_sched_setaffinity, 0, sizeof(one), P(one)));
	need(set(0, &fifo) == 0);
	CHECK_EQ("with no limit it may be bound to a processor",
		 ask(MS, 10 * MS, 10 * MS), 0);
	need(set(0, &fifo) == 0);
	CHECK("the earlier deadline interrupts", overtakes(early, late));
	CHECK("the later one waits", !overtakes(late, early));
	CHECK("any interrupts real-time threads", overtakes(late, fifo));
	CHECK("which wait for it", !overtakes(fifo, late));
	lending();
	leave(0);
	/* What Linux has promised the dead may be too much for it. */
	for (int i = 0; i < 50 && proc_write(RT_RUNTIME, runtime); i++)
		usleep(20000);
}

/* --- turns of other policies ---------------------------------------------- */

static uint64_t turn_of(pid_t pid)
{
	struct attr a = { .size = 0 };

	sys(SYS_sched_getattr, pid, P(&a), sizeof(a), 0);
	return a.runtime;
}

static long ask_turn(uint64_t ns, uint64_t flags)
{
	struct attr a = { .size = sizeof(a), .runtime = ns, .flags = flags };

	return set(0, &a);
}

static void turns(void)
{
	uint64_t usual = turn_of(0);

	CHECK("have a usual length", usual >= MS / 10 && usual <= 100 * MS);
	CHECK_EQ("may be longer", ask_turn(20 * MS, 0), 0);
	CHECK_EQ("as asked", turn_of(0), 20 * MS);
	if (!fork())
		_exit(turn_of(0) == 20 * MS ? 0 : 1);
	CHECK_EXIT("also for children", -1, 0);
	CHECK_EQ("sched_setscheduler says nothing of it",
		 sys(SYS_sched_setscheduler, 0, SCHED_BATCH, P(&(int){ 0 })),
		 0);
	CHECK_EQ("it stays", turn_of(0), 20 * MS);
	ask_turn(1, 0);
	CHECK_EQ("at least 100 us", turn_of(0), MS / 10);
	ask_turn(5000 * MS, RESET_ON_FORK);
	CHECK_EQ("at most 100 ms", turn_of(0), 100 * MS);
	if (!fork())
		_exit(turn_of(0) == usual ? 0 : 1);
	CHECK_EXIT("reset-on-fork: not for children", -1, 0);
	ask_turn(0, 0);
	CHECK_EQ("0: the usual one", turn_of(0), usual);
}

static const struct test tests[] = {
	{ "values", values, 0 },
	{ "told", told, 0 },
	{ "rights", rights, 0 },
	{ "promises", promises, 0 },
	{ "budgets", budgets, 0 },
	{ "order", order, 0 },
	{ "turns", turns, 0 },
	{ "afterwards", afterwards, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
