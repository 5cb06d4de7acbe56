/* SPDX-License-Identifier: ISC */
#include "reporter/server.h"

#include <errno.h>
#include <limits.h>
#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sysexits.h>

#include "common/clock.h"
#include "common/errbuf.h"
#include "config/reporter_job.h"
#include "reporter/question.h"
#include "reporter/visits.h"
#include "snapshot/snapshot.h"
#include "snapshot/wire.h"

enum {
	MEMORY = 2 * SERVER_HEAD, /* a head, and what the library notes of it */
	PAUSE_MS = 100,		  /* after a failed accept */
};

static struct server {
	struct MHD_Daemon *http;
	int waiter;  /* epoll over what follows: */
	int library; /* the epoll of the library */
	struct question master;
	int listener[REPORTER_LISTENERS];
	unsigned listeners;
	bool listening;	  /* the listeners are waited for */
	int64_t pause_ms; /* accept has failed: wait until then */
	struct visits visits;
	struct visit *entering; /* the one that is being added */
} server;

/* Hand the reply over to the library. */
static enum MHD_Result
send_reply(struct visit *v, struct MHD_Connection *connection)
{
	struct reply *reply = &v->reply;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (reply->body == NULL)
		return MHD_NO;
	response = MHD_create_response_from_buffer(reply->length, reply->body,
	    MHD_RESPMEM_MUST_FREE);
	if (response == NULL)
		return MHD_NO;
	reply->body = NULL;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
	    reply->type);
	/* The reply is true only now, and its type is not to be guessed. */
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
	    "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, "Content-Security-Policy",
	    "default-src 'none'; style-src 'unsafe-inline'");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (reply->status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
		    "GET, HEAD");
	result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	visit_take(v, clock_ms());
	return result;
}

static const char *
header(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool
has_body(struct MHD_Connection *connection)
{
	const char *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

	return (length != NULL && strcmp(length, "0") != 0) ||
	    header(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
}

/* Answer a bad request at once.  False if there is nothing wrong with it. */
static bool
refuse(struct reply *reply, struct MHD_Connection *connection,
    const char *method, enum reply_page page)
{
	if (MHD_get_connection_info(connection,
		MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
		->header_size > SERVER_HEAD)
		reply_error(reply, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
		    "the head of the request is too long");
	else if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		reply_error(reply, MHD_HTTP_METHOD_NOT_ALLOWED,
		    "there is nothing but GET and HEAD");
	else if (page == REPLY_NO_PAGE)
		reply_error(reply, MHD_HTTP_NOT_FOUND, "there is no such page");
	else if (has_body(connection))
		reply_error(reply, MHD_HTTP_BAD_REQUEST,
		    "the request has a body");
	else
		return false;
	return true;
}

/* The library has read the head of a request, or goes on with one. */
static enum MHD_Result
on_request(void *closure, struct MHD_Connection *connection, const char *path,
    const char *method, const char *version, const char *upload,
    size_t *upload_size, void **request)
{
	enum reply_page page = reply_page(path);
	struct server *s = closure;
	struct visit *v = MHD_get_connection_info(connection,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			      ->socket_context;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)request;
	if (v->state == VISIT_TAKES ||
	    refuse(&v->reply, connection, method, page))
		return send_reply(v, connection);
	MHD_suspend_connection(connection);
	visit_wait(v, page, question_wanted(&s->master), clock_ms());
	return MHD_YES;
}

static void
on_connection(void *closure, struct MHD_Connection *connection, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct server *s = closure;
	struct visit *v;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = s->entering;
		s->entering->connection = connection;
		return;
	}
	v = *context;
	free(v->reply.body);
	*v = (struct visit){ .state = VISIT_NONE };
}

/* Have the library go on with a client that has waited for the master. */
static void
answer(struct visit *v, const struct snapshot *snapshot)
{
	reply_make(&v->reply, v->page, snapshot);
	visit_take(v, clock_ms());
	MHD_resume_connection(v->connection);
}

/* Shut a connection down; the library notices that, and closes it. */
static void
drop(struct visit *v)
{
	(void)shutdown(v->fd, SHUT_RDWR);
	v->state = VISIT_DROPPED;
}

static void
admit(struct server *s, int listener, int64_t now_ms)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer);
	struct visit *v;
	int fd;

	if (!visits_have_room(&s->visits)) {
		if ((v = visits_oldest(&s->visits)) != NULL)
			drop(v);
		return;
	}
	fd = accept4(listener, (struct sockaddr *)&peer, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd == -1) {
		if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
			s->pause_ms = now_ms + PAUSE_MS;
		return;
	}
	v = s->entering = visits_enter(&s->visits, fd, now_ms);
	/* On failure the library has closed the descriptor. */
	if (MHD_add_connection(s->http, fd, (struct sockaddr *)&peer, len) !=
	    MHD_YES)
		v->state = VISIT_NONE;
}

/*
 * Read an answer of the master, and answer all clients that have waited for it.
 * -1: the master has gone.
 */
static int
hear(struct server *s)
{
	static struct snapshot snapshot;
	enum question_step step = question_step(&s->master);
	struct errbuf err;
	struct visit *v;
	bool good;

	if (step == QUESTION_GONE)
		return -1;
	if (step == QUESTION_NOTHING)
		return 0;
	good = step == QUESTION_ANSWERED &&
	    wire_read(&snapshot, NULL, NULL, s->master.text, s->master.got,
		&err) == 0;
	while ((v = visits_waiting(&s->visits, s->master.last)) != NULL)
		answer(v, good ? &snapshot : NULL);
	return 0;
}

/* Drop the clients whose time is over. */
static void
expire(struct server *s, int64_t now_ms)
{
	struct visit *v;

	while ((v = visits_late(&s->visits, now_ms)) != NULL)
		if (v->state == VISIT_WAITS)
			answer(v, NULL);
		else
			drop(v);
}

static int
add(int waiter, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	return epoll_ctl(waiter, EPOLL_CTL_ADD, fd, &event);
}

/*
 * Have the epoll look for new clients only if there is room, or another can be
 * dropped.
 */
static void
listen_or_not(struct server *s, int64_t now_ms)
{
	bool wanted = now_ms >= s->pause_ms &&
	    (visits_have_room(&s->visits) || visits_oldest(&s->visits) != NULL);
	struct epoll_event event = { .events = wanted ? EPOLLIN : 0 };

	if (wanted == s->listening)
		return;
	for (unsigned i = 0; i < s->listeners; i++) {
		event.data.fd = s->listener[i];
		(void)epoll_ctl(s->waiter, EPOLL_CTL_MOD, s->listener[i],
		    &event);
	}
	s->listening = wanted;
}

/* Milliseconds until something has to be done in any case; -1: never. */
static int
timeout(const struct server *s, int64_t now_ms)
{
	int64_t next = visits_deadline(&s->visits);
	MHD_UNSIGNED_LONG_LONG library;

	if (!s->listening && now_ms < s->pause_ms)
		next = clock_earlier(next, s->pause_ms);
	if (MHD_get_timeout(s->http, &library) == MHD_YES)
		next = clock_earlier(next, now_ms + (int64_t)library);
	if (next == INT64_MAX)
		return -1;
	return next <= now_ms ? 0 : (int)clock_earlier(next - now_ms, INT_MAX);
}

/* The only place that waits.  -1: the master has gone. */
static int
wait_for_events(struct server *s)
{
	struct epoll_event events[REPORTER_LISTENERS + 2];
	int64_t now_ms = clock_ms();
	int n;

	listen_or_not(s, now_ms);
	n = epoll_wait(s->waiter, events, REPORTER_LISTENERS + 2,
	    timeout(s, now_ms));
	now_ms = clock_ms();
	for (int i = 0; i < n; i++) {
		int fd = events[i].data.fd;

		if (fd == s->master.fd && hear(s) == -1)
			return -1;
		if (fd != s->master.fd && fd != s->library)
			admit(s, fd, now_ms);
	}
	return 0;
}

int
server_open(int master, const int *listener, unsigned n, struct errbuf *err)
{
	struct server *s = &server;
	const union MHD_DaemonInfo *info;
	int failed;

	s->master.fd = master;
	s->http = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
		MHD_ALLOW_SUSPEND_RESUME,
	    0, NULL, NULL, on_request, s, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
	    (size_t)MEMORY, MHD_OPTION_CONNECTION_LIMIT, (unsigned)VISITS,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, s,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
	if (s->http == NULL)
		return errbuf_sys(err, "cannot start libmicrohttpd");
	info = MHD_get_daemon_info(s->http, MHD_DAEMON_INFO_EPOLL_FD);
	s->waiter = epoll_create1(EPOLL_CLOEXEC);
	if (info == NULL || s->waiter == -1)
		return errbuf_sys(err, "cannot wait for events");
	s->library = info->epoll_fd;
	failed = add(s->waiter, s->library, EPOLLIN) == -1 ||
	    add(s->waiter, master, EPOLLIN) == -1;
	for (unsigned i = 0; i < n; i++) {
		s->listener[s->listeners++] = listener[i];
		failed |= add(s->waiter, listener[i], EPOLLIN) == -1;
	}
	s->listening = true;
	return failed ? errbuf_sys(err, "cannot wait for events") : 0;
}

int
server_run(void)
{
	struct server *s = &server;

	while (wait_for_events(s) == 0) {
		expire(s, clock_ms());
		if (MHD_run(s->http) != MHD_YES)
			return EX_OSERR;
		if (visits_wait(&s->visits) && question_put(&s->master) == -1)
			return EX_OSERR;
	}
	return EX_OK;
}
