/*
 * tests/user/sysv_msg.c - System V message queues
 *
 * What:  order and types, limits, sleeping on both sides, MSG_COPY, msgctl,
 *        rights, namespaces.
 * See:   msgget(2), msgop(2), msgctl(2); ids of the catalogue, family CRED
 */
#include "lib/ns.h"
#include "lib/proc.h"
#include "lib/test.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif
#define KEY	0x4e536d32

struct message {
	long type;
	char text[9000];
};

static int queue;

static int make(void)
{
	int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	need(id >= 0);
	return id;
}

static void drop(int id)
{
	need(!msgctl(id, IPC_RMID, NULL));
}

static int send(int id, long type, const char *text, int flags)
{
	struct message m = { .type = type };

	strcpy(m.text, text);
	return msgsnd(id, &m, strlen(text) + 1, flags);
}

/* receive: does it have this text? */
static int got(int id, long type, int flags, const char *text)
{
	struct message m;
	ssize_t n = msgrcv(id, &m, sizeof(m.text), type, flags | IPC_NOWAIT);

	return n == (ssize_t)strlen(text) + 1 && !strcmp(m.text, text);
}

static void order(void)
{
	int id = make();

	send(id, 3, "three", 0);
	send(id, 1, "one", 0);
	send(id, 2, "two", 0);
	send(id, 1, "one again", 0);
	send(id, 5, "five", 0);
	CHECK("the first of all", got(id, 0, 0, "three"));
	CHECK("the first of a type", got(id, 1, 0, "one"));
	CHECK("the lowest type", got(id, -2, 0, "one again"));
	CHECK("of another type", got(id, 2, MSG_EXCEPT, "five"));
	CHECK("any negative type", got(id, LONG_MIN, 0, "two"));
	CHECK_ERRNO("none left", msgrcv(id, &(struct message){ 0 }, 10, 0,
					IPC_NOWAIT), ENOMSG);
	drop(id);
}

static void arguments(void)
{
	struct message m = { .type = 1 };
	int id = make();

	CHECK_ERRNO("type 0", msgsnd(id, &(struct message){ 0 }, 1, 0), EINVAL);
	CHECK_ERRNO("longer than allowed", msgsnd(id, &m, 8193, 0), EINVAL);
	CHECK_ERRNO("a negative length", msgsnd(id, &m, (size_t)-1, 0), EINVAL);
	CHECK_ERRNO("a negative id", msgsnd(-1, &m, 1, 0), EINVAL);
	CHECK_ERRNO("no such id", msgsnd(id + 1, &m, 1, 0), EINVAL);
	CHECK_ERRNO("a bad address", msgsnd(id, (void *)8, 1, 0), EFAULT);
	CHECK_ERRNO("a negative room", msgrcv(id, &m, (size_t)-1, 0, 0),
		    EINVAL);
	CHECK_OK("as long as allowed", msgsnd(id, &m, 8192, 0));
	CHECK_ERRNO("too little room", msgrcv(id, &m, 8191, 0, 0), E2BIG);
	CHECK_EQ("cut", msgrcv(id, &m, 10, 0, MSG_NOERROR), 10);
	CHECK_ERRNO("and gone", msgrcv(id, &m, 10, 0, IPC_NOWAIT), ENOMSG);
	CHECK_OK("an empty one", msgsnd(id, &m, 0, 0));
	CHECK_EQ("is received", msgrcv(id, &m, 0, 0, 0), 0);
	CHECK_ERRNO("no such command", msgctl(id, 99, NULL), EINVAL);
	drop(id);
	CHECK_ERRNO("a removed one", msgrcv(id, &m, 10, 0, 0), EINVAL);
	CHECK_ERRNO("no key", msgget(KEY, 0), ENOENT);
	id = msgget(KEY, IPC_CREAT | 0600);
	CHECK_EQ("a key", msgget(KEY, IPC_CREAT), id);
	CHECK_ERRNO("exclusive", msgget(KEY, IPC_CREAT | IPC_EXCL), EEXIST);
	drop(id);
}

static void contents(void)
{
	static struct message a, b;
	int id = make();

	a.type = 0x123456789abcL;
	for (int i = 0; i < 8192; i++)
		a.text[i] = (char)(i * 7 + i / 256);
	CHECK_OK("a long message", msgsnd(id, &a, 8192, 0));
	CHECK_EQ("comes whole", msgrcv(id, &b, 9000, 0, 0), 8192);
	CHECK("with its type", b.type == a.type);
	CHECK("and its bytes", !memcmp(a.text, b.text, 8192));
	drop(id);
}

static void copies(void)
{
	struct message m;
	int id = make();

	send(id, 7, "first", 0);
	send(id, 8, "second", 0);
	CHECK("a copy by position", got(id, 1, MSG_COPY, "second"));
	CHECK("stays", got(id, 1, MSG_COPY, "second"));
	CHECK_ERRNO("no such position", msgrcv(id, &m, 100, 2,
					       MSG_COPY | IPC_NOWAIT), ENOMSG);
	CHECK_ERRNO("it may not wait", msgrcv(id, &m, 100, 0, MSG_COPY),
		    EINVAL);
	CHECK_ERRNO("nor be an exception",
		    msgrcv(id, &m, 100, 0, MSG_COPY | MSG_EXCEPT | IPC_NOWAIT),
		    EINVAL);
	CHECK_ERRNO("nor be too long",
		    msgrcv(id, &m, 3, 0, MSG_COPY | IPC_NOWAIT), E2BIG);
	CHECK("in order after all", got(id, 0, 0, "first"));
	drop(id);
}

static int receive_type(void *arg)
{
	struct message m;
	ssize_t n = msgrcv(queue, &m, 20, *(long *)arg, 0);

	return n < 0 ? errno : m.text[0];
}

static pid_t receiver(long type)
{
	pid_t pid = child_start(receive_type, &type);

	proc_await(pid, "S");
	return pid;
}

static void on_signal(int sig)
{
	(void)sig;
}

static int receive_handled(void *arg)
{
	handle(SIGUSR1, on_signal, SA_RESTART);
	return receive_type(arg);
}

static void receivers(void)
{
	pid_t two, any, low;
	long type = 1;

	queue = make();
	two = receiver(2);
	any = receiver(0);
	low = receiver(-3);
	send(queue, 2, "A", 0);
	CHECK_EXIT("the first that wants it", two, 'A');
	send(queue, 9, "B", 0);
	CHECK_EXIT("any", any, 'B');
	send(queue, 9, "C", 0);
	send(queue, 3, "D", 0);
	CHECK_EXIT("a low one", low, 'D');
	CHECK("the rest is in the queue", got(queue, 0, 0, "C"));
	any = receiver(0);
	send(queue, 1, "more than twenty bytes are sent here", 0);
	CHECK_EXIT("no room for it: the sleeper fails", any, E2BIG);
	CHECK("the message stays",
	      got(queue, 0, 0, "more than twenty bytes are sent here"));
	any = child_start(receive_handled, &type);
	proc_await(any, "S");
	kill(any, SIGUSR1);
	CHECK_EXIT("a signal ends it", any, EINTR);
	any = receiver(0);
	kill(any, SIGSTOP);
	proc_await(any, "T");
	kill(any, SIGCONT);
	proc_await(any, "S");
	send(queue, 1, "E", 0);
	CHECK_EXIT("a stop does not", any, 'E');
	any = receiver(0);
	drop(queue);
	CHECK_EXIT("removal wakes", any, EIDRM);
}

static int send_full(void *arg)
{
	(void)arg;
	return send(queue, 1, "waited", 0) ? errno : 0;
}

static void senders(void)
{
	static struct message m = { .type = 1 };
	pid_t pid;

	queue = make();
	need(!msgsnd(queue, &m, 8192, 0));
	need(!msgsnd(queue, &m, 8192, 0));
	CHECK_ERRNO("full", msgsnd(queue, &m, 1, IPC_NOWAIT), EAGAIN);
	CHECK_OK("but for nothing", msgsnd(queue, &m, 0, IPC_NOWAIT));
	pid = child_start(send_full, NULL);
	proc_await(pid, "S");
	need(msgrcv(queue, &m, 9000, 0, 0) == 8192);
	CHECK_EXIT("room wakes", pid, 0);
	need(msgrcv(queue, &m, 9000, 0, 0) == 8192);
	need(msgrcv(queue, &m, 9000, 0, 0) == 0);
	CHECK("what waited came", got(queue, 0, 0, "waited"));
	m.type = 1;
	need(!msgsnd(queue, &m, 8192, 0) && !msgsnd(queue, &m, 8192, 0));
	pid = child_start(send_full, NULL);
	proc_await(pid, "S");
	drop(queue);
	CHECK_EXIT("removal wakes a sender", pid, EIDRM);
}

static int set_limit(void *arg)
{
	struct msqid_ds ds;

	(void)arg;
	become_user();
	queue = make();
	need(!msgctl(queue, IPC_STAT, &ds));
	ds.msg_qbytes = 16385;
	CHECK_ERRNO("more room takes a capability",
		    msgctl(queue, IPC_SET, &ds), EPERM);
	ds.msg_qbytes = 3;
	CHECK_OK("less does not", msgctl(queue, IPC_SET, &ds));
	send(queue, 1, "", 0);
	send(queue, 1, "", 0);
	send(queue, 1, "", 0);
	CHECK_ERRNO("it counts", send(queue, 1, "", IPC_NOWAIT), EAGAIN);
	drop(queue);
	return 0;
}

static void control(void)
{
	struct msqid_ds ds;
	struct msginfo info;
	int id = make();

	send(id, 1, "12345", 0);
	CHECK_OK("IPC_STAT", msgctl(id, IPC_STAT, &ds));
	CHECK_EQ("messages", ds.msg_qnum, 1);
	CHECK_EQ("bytes", ds.msg_cbytes, 6);
	CHECK_EQ("room", ds.msg_qbytes, 16384);
	CHECK_EQ("who sent", ds.msg_lspid, getpid());
	CHECK_EQ("nobody received", ds.msg_lrpid, 0);
	CHECK_EQ("its mode", ds.msg_perm.mode, 0600);
	CHECK("when", ds.msg_stime > 0 && ds.msg_rtime == 0 &&
		      ds.msg_ctime > 0);
	need(got(id, 0, 0, "12345"));
	msgctl(id, IPC_STAT, &ds);
	CHECK_EQ("who received", ds.msg_lrpid, getpid());
	ds.msg_qbytes = 100000;
	ds.msg_perm.mode = 0666;
	CHECK_OK("IPC_SET", msgctl(id, IPC_SET, &ds));
	msgctl(id, IPC_STAT, &ds);
	CHECK("it was done", ds.msg_qbytes == 100000 &&
			     ds.msg_perm.mode == 0666);
	CHECK_OK("IPC_INFO", msgctl(0, IPC_INFO, (void *)&info));
	CHECK("its limits", info.msgmax == 8192 && info.msgmnb == 16384 &&
			    info.msgmni == 32000);
	send(id, 1, "12345", 0);
	CHECK_OK("MSG_INFO", msgctl(0, MSG_INFO, (void *)&info));
	CHECK("use", info.msgpool == 1 && info.msgmap == 1 &&
		     info.msgtql == 6);
	CHECK_EQ("MSG_STAT", msgctl(id & 0x7fff, MSG_STAT, &ds), id);
	drop(id);
	CHECK_STATUS("an ordinary user", child_run(set_limit, NULL), EXITED(0));
}

static void proc_files(void)
{
	char text[4096], want[256];
	int id = msgget(KEY, IPC_CREAT | 0604);

	need(id >= 0);
	send(id, 1, "12345", 0);
	need(proc_read("/proc/sysvipc/msg", text, sizeof(text)) > 0);
	snprintf(want, sizeof(want), "%10d %10d  %4o  %10u %10u %5u %5u ",
		 KEY, id, 0604, 6, 1, getpid(), 0);
	CHECK("a line of /proc/sysvipc/msg", strstr(text, want) != NULL);
	CHECK_EQ("msgmax", proc_number("/proc/sys/kernel/msgmax", ""), 8192);
	CHECK_EQ("msgmnb", proc_number("/proc/sys/kernel/msgmnb", ""), 16384);
	CHECK_EQ("msgmni", proc_number("/proc/sys/kernel/msgmni", ""), 32000);
	drop(id);
}

static int elsewhere(void *arg)
{
	(void)arg;
	CHECK_ERRNO("a key of another namespace", msgget(KEY, 0), ENOENT);
	CHECK_ERRNO("an id of another namespace", send(queue, 1, "", 0),
		    EINVAL);
	need(!proc_write("/proc/sys/kernel/msgmax", "10"));
	need(!proc_write("/proc/sys/kernel/msgmni", "1"));
	queue = make();
	CHECK_ERRNO("its own limit", send(queue, 1, "0123456789", 0), EINVAL);
	CHECK_ERRNO("of queues", msgget(IPC_PRIVATE, 0600), ENOSPC);
	send(queue, 1, "left", 0);
	return 0;
}

static void namespaces(void)
{
	long pid;

	queue = msgget(KEY, IPC_CREAT | 0600);
	pid = ns_clone(CLONE_NEWIPC);
	need(pid >= 0);
	if (!pid)
		_exit(elsewhere(NULL));
	CHECK_EXIT("another world", (pid_t)pid, 0);
	CHECK_OK("here all is as it was", send(queue, 1, "0123456789", 0));
	drop(queue);
}

static int stranger(void *arg)
{
	struct message m;

	(void)arg;
	become_user();
	CHECK_ERRNO("no right to send", send(queue, 1, "", 0), EACCES);
	CHECK_ERRNO("to receive", msgrcv(queue, &m, 10, 0, IPC_NOWAIT), EACCES);
	CHECK_ERRNO("to stat", msgctl(queue, IPC_STAT, (void *)&m), EACCES);
	CHECK_ERRNO("to remove", msgctl(queue, IPC_RMID, NULL), EPERM);
	return 0;
}

static int send_as_init(void *arg)
{
	struct msqid_ds ds;

	(void)arg;
	send(queue, 1, "x", 0);
	need(!msgctl(queue, IPC_STAT, &ds));
	return ds.msg_lspid;
}

static void rights_and_pids(void)
{
	struct msqid_ds ds;
	pid_t pid;

	queue = make();
	CHECK_STATUS("a stranger", child_run(stranger, NULL), EXITED(0));
	pid = ns_start(send_as_init, NULL);
	CHECK_EXIT("CRED-08: an init sends as 1", pid, 1);
	msgctl(queue, IPC_STAT, &ds);
	CHECK_EQ("CRED-08: outside it has its number here", ds.msg_lspid, pid);
	drop(queue);
}

#define NEXT_ID "/proc/sys/kernel/msg_next_id"

static int next_id(void)
{
	char text[32];

	need(proc_read(NEXT_ID, text, sizeof(text)) > 0);
	return atoi(text);
}

static int wish(const char *text)
{
	return proc_write(NEXT_ID, text) ? -errno : 0;
}

static int wish_as_user(void *unused)
{
	(void)unused;
	become_user();
	return wish("9") == -EACCES ? 0 : 1;
}

/* How a queue gets back the number that it had. */
static void wished_ids(void)
{
	int first, second, third;

	CHECK_EQ("nothing is wished", next_id(), -1);
	CHECK_EQ("a negative number", wish("-1"), -EINVAL);
	CHECK_EQ("a wish", wish("163847"), 0);
	CHECK_EQ("is read back", next_id(), 163847);
	first = msgget(IPC_PRIVATE, 0600);
	CHECK_EQ("index 7, sequence 5", first, 163847);
	CHECK_EQ("is for one queue", next_id(), -1);
	need(!wish("163847"));
	second = msgget(IPC_PRIVATE, 0600);
	CHECK_EQ("the next one free, with that sequence", second, 163848);
	third = msgget(IPC_PRIVATE, 0600);
	CHECK("then as before", third >= 0 && third >> 15 != 5);
	CHECK_STATUS("not for anybody", child_run(wish_as_user, NULL),
		     EXITED(0));
	drop(first);
	drop(second);
	drop(third);
}

int main(void)
{
	static const struct test tests[] = {
		{ "order", order, 0 },
		{ "arguments", arguments, 0 },
		{ "contents", contents, 0 },
		{ "copies", copies, 0 },
		{ "receivers", receivers, 0 },
		{ "senders", senders, 0 },
		{ "control", control, 0 },
		{ "proc_files", proc_files, 0 },
		{ "namespaces", namespaces, 0 },
		{ "rights_and_pids", rights_and_pids, 0 },
		{ "wished_ids", wished_ids, 0 },
	};

	return test_main(tests, COUNT(tests));
}
