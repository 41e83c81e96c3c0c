/* An IRC client on libircclient: says what it reads on standard input and prints what it receives, one line each.
 *
 *   libirc_peer PORT NICK CHANNEL
 *
 * In:   "say TARGET TEXT", "me TARGET TEXT"; the end of the input is a QUIT.
 * Out:  "EVENT ORIGIN PARAMETERS…", parted by tabs; the origin is a nick. "joined" when it is in its channel. */
#include <libircclient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <unistd.h>

static const char *channel;

static void print_event(irc_session_t *session, const char *event, const char *origin, const char **params,
                        unsigned int count) {
  (void)session;
  char nick[128] = "";
  if (origin) irc_target_get_nick(origin, nick, sizeof nick);
  printf("%s\t%s", event, nick);
  for (unsigned int i = 0; i < count; ++i) printf("\t%s", params[i] ? params[i] : "");
  printf("\n");
  fflush(stdout);
}

static void on_connect(irc_session_t *session, const char *event, const char *origin, const char **params,
                       unsigned int count) {
  (void)event, (void)origin, (void)params, (void)count;
  irc_cmd_join(session, channel, 0);
}

static void on_numeric(irc_session_t *session, unsigned int event, const char *origin, const char **params,
                       unsigned int count) {
  (void)session, (void)origin, (void)params, (void)count;
  if (event != 366) return; /* RPL_ENDOFNAMES */
  printf("joined\n");
  fflush(stdout);
}

static void obey(irc_session_t *session, char *line) {
  line[strcspn(line, "\n")] = '\0';
  const char *verb = strtok(line, " ");
  const char *target = strtok(NULL, " ");
  const char *text = strtok(NULL, "");
  if (!verb || !target || !text) return;
  if (strcmp(verb, "say") == 0) irc_cmd_msg(session, target, text);
  if (strcmp(verb, "me") == 0) irc_cmd_me(session, target, text);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: libirc_peer PORT NICK CHANNEL\n");
    return 2;
  }
  channel = argv[3];
  irc_callbacks_t callbacks;
  memset(&callbacks, 0, sizeof callbacks);
  callbacks.event_connect = on_connect;
  callbacks.event_numeric = on_numeric;
  callbacks.event_join = callbacks.event_part = callbacks.event_quit = callbacks.event_nick = print_event;
  callbacks.event_kick = callbacks.event_topic = callbacks.event_mode = print_event;
  callbacks.event_channel = callbacks.event_privmsg = callbacks.event_notice = print_event;
  callbacks.event_channel_notice = callbacks.event_ctcp_action = print_event;

  irc_session_t *session = irc_create_session(&callbacks);
  if (!session || irc_connect(session, "127.0.0.1", (unsigned short)atoi(argv[1]), NULL, argv[2], argv[2], argv[2])) {
    fprintf(stderr, "libirc_peer: cannot connect\n");
    return 1;
  }

  setvbuf(stdin, NULL, _IONBF, 0); /* or select() would not know of lines that are buffered already */
  char line[1024];
  while (irc_is_connected(session)) {
    fd_set in, out;
    int highest = STDIN_FILENO;
    FD_ZERO(&in);
    FD_ZERO(&out);
    FD_SET(STDIN_FILENO, &in);
    irc_add_select_descriptors(session, &in, &out, &highest);
    struct timeval patience = {0, 100 * 1000};
    if (select(highest + 1, &in, &out, NULL, &patience) < 0) break;
    if (irc_process_select_descriptors(session, &in, &out)) break;
    if (!FD_ISSET(STDIN_FILENO, &in)) continue;
    if (fgets(line, sizeof line, stdin)) {
      obey(session, line);
    } else {
      irc_cmd_quit(session, "Adieu");
      irc_disconnect(session);
    }
  }
  irc_destroy_session(session);
  return 0;
}
