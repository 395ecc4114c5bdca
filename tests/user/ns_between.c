/*
 * tests/user/ns_between.c - what one pid namespace knows of those around it
 *
 * What:  numbers in namespaces side by side, of a child that is waited for,
 *        of a parent that dies; whose child an injected process's orphan
 *        becomes; semaphores left behind.
 * See:   pid_namespaces(7), prctl(2): PR_SET_PDEATHSIG, semop(2)
 */
#include "lib/ns.h"
#include "lib/stage.h"
#include "lib/sys.h"
#include "lib/test.h"

#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <unistd.h>

static struct gate told;

static void set_up(void)
{
	stage_set();
	gate_init(&told);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int wait_go(void *arg)
{
	(void)arg;
	gate_open(&ready);
	gate_wait(&go);
	return 6;
}

/* --- numbers -------------------------------------------------------------- */

static int owns(void *arg)
{
	need(!fcntl(*(int *)arg, F_SETOWN, getpid()));
	return wait_go(arg);
}

static int asks_owner(void *arg)
{
	return (int)sys(SYS_fcntl, *(int *)arg, F_GETOWN);
}

static void beside(void)
{
	int fds[2];
	pid_t init;

	set_up();
	need(!pipe(fds));
	init = ns_start(owns, fds);
	gate_wait(&ready);
	CHECK_EQ("an owner inside has a number here", asks_owner(fds), init);
	CHECK_STATUS("and none in a namespace beside", ns_run(asks_owner, fds),
		     EXITED(0));
	gate_open(&go);
	reap(init);
}

static void waited_for(void)
{
	pid_t idle = child_idle();
	pid_t init;
	int status;

	set_up();
	init = ns_start(wait_go, NULL);
	gate_open(&go);
	need(init > 1);
	do {
		pid_t got = waitpid(init, &status, 0);

		CHECK_EQ("wait tells the number outside", got, init);
	} while (!WIFEXITED(status));
	child_kill(idle);
}

/* --- a parent's death ----------------------------------------------------- */

static int awaits_death(void *arg)
{
	unsigned long set = 1UL << (SIGUSR1 - 1);
	siginfo_t info;

	(void)arg;
	block(SIGUSR1);
	need(!prctl(PR_SET_PDEATHSIG, SIGUSR1));
	gate_open(&ready);
	memset(&info, 0x55, sizeof(info));
	need(sys(SYS_rt_sigtimedwait, P(&set), P(&info), 0, 8) == SIGUSR1);
	words[1] = info.si_pid;
	words[2] = info.si_code;
	return 5;
}

static int leaves_child(void *arg)
{
	words[0] = getpid();
	words[3] = arg ? ns_start(awaits_death, NULL) :
			 child_start(awaits_death, NULL);
	gate_wait(&ready);
	return 4;
}

static void parent_death(void)
{
	set_up();
	child_run(leaves_child, NULL);
	CHECK_EXIT("the signal comes", words[3], 5);
	CHECK("and names the parent", words[1] == words[0] &&
	      words[2] == SI_USER);
	child_run(leaves_child, words);
	CHECK_EXIT("an init gets it from outside", words[3], 5);
	CHECK("from nobody whom it sees", words[1] == 0 &&
	      words[2] == SI_USER);
}

static int loses_rights(void *arg)
{
	int sig = -1;

	(void)arg;
	need(!prctl(PR_SET_PDEATHSIG, SIGUSR1));
	need(!prctl(PR_GET_PDEATHSIG, &sig) && sig == SIGUSR1);
	become_user();
	need(!prctl(PR_GET_PDEATHSIG, &sig));
	return sig;
}

static void other_rights(void)
{
	CHECK_STATUS("who becomes somebody else asks no more for it",
		     child_run(loses_rights, NULL), EXITED(0));
}

/* a set of namespaces that nobody shares: nothing has to be copied */
static int own_set(void *arg)
{
	(void)arg;
	need(!unshare(CLONE_NEWUTS));
	become_user();
	return (int)-sys(SYS_unshare, CLONE_NEWPID);
}

static void rights(void)
{
	CHECK_STATUS("a user makes no pid namespace, whoever shares his set",
		     child_run(own_set, NULL), EXITED(EPERM));
}

/* --- orphans -------------------------------------------------------------- */

static int inner_subreaper(void *arg)
{
	need(!prctl(PR_SET_CHILD_SUBREAPER, 1));
	return wait_go(arg);
}

static int has_subreaper(void *arg)
{
	pid_t pid = child_start(inner_subreaper, arg);

	reap(pid);
	while (reap(-1) != -1)
		;
	return 6;
}

static int orphan(void *arg)
{
	int middle = getppid();

	(void)arg;
	gate_open(&told);
	for (int i = 0; i < 20000 && getppid() == middle; i++)
		usleep(1000);
	words[0] = getppid();
	return 0;
}

static int leaves_orphan(void *arg)
{
	child_start(orphan, arg);
	gate_wait(&told);
	return 4;
}

/* The subreaper outside, whose child the injected process is, gets nothing. */
static void injected_orphan(void)
{
	pid_t init, middle;
	int own = ns_fd_self();

	set_up();
	init = ns_start(has_subreaper, NULL);
	gate_wait(&ready);
	need(!ns_join(ns_fd_of(init), 0));
	middle = child_start(leaves_orphan, NULL);
	need(!ns_join(own, 0));
	CHECK_EXIT("an injected process ends", middle, 4);
	gate_open(&go);
	CHECK_EXIT("and its orphan is the init's", init, 6);
	CHECK_EQ("whatever subreaper there is outside", words[0], 1);
}

/* --- semaphores ----------------------------------------------------------- */

static int leaves_semaphore(void *arg)
{
	struct sembuf up = { .sem_op = 1, .sem_flg = SEM_UNDO };

	need(!semop(*(int *)arg, &up, 1));
	need(!unshare(CLONE_NEWIPC));
	return wait_go(arg);
}

static void left_behind(void)
{
	int id = semget(IPC_PRIVATE, 1, 0600);
	pid_t pid;

	set_up();
	need(id >= 0);
	pid = child_start(leaves_semaphore, &id);
	gate_wait(&ready);
	CHECK_EQ("who leaves an IPC namespace has undone what he did",
		 semctl(id, 0, GETVAL), 0);
	gate_open(&go);
	CHECK_EXIT("and lives", pid, 6);
	semctl(id, 0, IPC_RMID);
}

/* --- message queues ------------------------------------------------------- */

static int asks_notice(void *arg)
{
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGUSR1 };

	need(!mq_notify(*(mqd_t *)arg, &how));
	return wait_go(arg);
}

/* NOTIFY_PID of an open queue */
static int told_by(mqd_t queue)
{
	char text[128] = "";
	const char *at;

	need(lseek(queue, 0, SEEK_SET) == 0);
	need(read(queue, text, sizeof(text) - 1) > 0);
	at = strstr(text, "NOTIFY_PID:");
	need(at);
	return atoi(at + strlen("NOTIFY_PID:"));
}

static int asks_told(void *arg)
{
	return told_by(*(mqd_t *)arg);
}

static void told_of_message(void)
{
	struct mq_attr attr = { .mq_maxmsg = 4, .mq_msgsize = 64 };
	pid_t init;
	mqd_t queue;

	set_up();
	mq_unlink("/ns_between");
	queue = mq_open("/ns_between", O_RDWR | O_CREAT, 0600, &attr);
	need(queue >= 0);
	init = ns_start(asks_notice, &queue);
	gate_wait(&ready);
	CHECK_EQ("a queue names whom it will tell", told_by(queue), init);
	CHECK_STATUS("but not in a namespace beside",
		     ns_run(asks_told, &queue), EXITED(0));
	gate_open(&go);
	reap(init);
	mq_unlink("/ns_between");
}

static const struct test tests[] = {
	{ "beside", beside, 0 },
	{ "waited for", waited_for, 0 },
	{ "parent death", parent_death, 0 },
	{ "other rights", other_rights, 0 },
	{ "rights", rights, 0 },
	{ "injected orphan", injected_orphan, 0 },
	{ "left behind", left_behind, 0 },
	{ "told of a message", told_of_message, 0 },
};

int main(void)
{
	return test_main(tests, COUNT(tests));
}
