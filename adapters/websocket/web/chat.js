// What is said in channels, by whom; corrections, retractions and reactions go to what they are about.

const MOST_LINES = 500;

function span(className, text) {
  const made = document.createElement('span');
  made.className = className;
  made.textContent = text;
  return made;
}

export class Chat {
  constructor(list, filter) {
    this.list = list;
    this.box = list.parentElement; // which scrolls
    this.filter = filter;
    this.ourselves = new Map(); // our nick, by channel
    this.lines = new Map(); // by id
    this.reactions = new Map();
    filter.addEventListener('input', () => this.apply());
  }

  /** Takes any frame of a channel; the ones that are no talk are passed over. */
  add(frame) {
    if (frame.t === 'msg' && frame.kind !== 'value') this.say(frame);
    if (frame.t === 'edit') this.change(frame.target, (line) => {
      line.querySelector('.words').textContent = frame.text;
      line.querySelector('.marks').textContent = 'corrected';
    });
    if (frame.t === 'retract') this.change(frame.target, (line) => {
      line.classList.add('gone');
      line.querySelector('.marks').textContent = 'taken back';
    });
    if (frame.t === 'reactions') this.react(frame);
    if (frame.t === 'members') this.ourselves.set(frame.from, frame.self);
    if (frame.t === 'presence' && this.ourselves.get(frame.from) !== frame.user.nick) {
      this.note(frame, `${frame.user.nick} has ${frame.state === 'online' ? 'come' : 'gone'}`);
    }
    if (frame.t === 'room' && frame.user) this.note(frame, `is about: ${frame.subject}`);
  }

  say(frame) {
    if (this.lines.has(frame.id)) return;
    const line = this.line(frame, '');
    const who = frame.user?.nick ?? '';
    line.append(span('who', frame.kind === 'action' ? `* ${who}` : who), span('words', frame.text ?? ''),
      span('marks', ''));
    // Said elsewhere, and passed on: a stranger's name is none of the channel's.
    if (frame.to) line.querySelector('.who').after(span('via', `on ${networkOf(frame.from)}`));
    line.title = frame.to ? frame.from : '';
    if (frame.private) line.querySelector('.marks').textContent = 'to you alone';
    this.lines.set(frame.id, line);
    line.dataset.id = frame.id;
    this.append(line);
  }

  note(frame, text) {
    if (!text) return;
    const line = this.line(frame, 'event');
    line.append(span('words', text));
    this.append(line);
  }

  line(frame, className) {
    const line = document.createElement('li');
    line.className = className;
    const time = document.createElement('time');
    time.className = 'time';
    const at = frame.time ? new Date(frame.time) : new Date();
    time.textContent = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
    time.title = at.toLocaleString();
    line.append(time, span('where', channelOf(frame.to ?? frame.from)));
    return line;
  }

  append(line) {
    const isAtEnd = this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < 40;
    this.hide(line);
    this.list.append(line);
    while (this.list.children.length > MOST_LINES) {
      this.lines.delete(this.list.firstElementChild.dataset.id);
      this.list.firstElementChild.remove();
    }
    if (isAtEnd) this.box.scrollTop = this.box.scrollHeight;
  }

  change(id, how) {
    const line = this.lines.get(id);
    if (line) how(line);
  }

  react(frame) {
    const all = this.reactions.get(frame.target) ?? new Map();
    all.set(frame.user?.nick, frame.emoji);
    this.reactions.set(frame.target, all);
    this.change(frame.target, (line) => {
      line.querySelector('.marks').textContent = [...all.values()].flat().join(' ');
    });
  }

  hide(line) {
    const wanted = this.filter.value.trim().toLowerCase();
    line.hidden = wanted !== '' && !line.textContent.toLowerCase().includes(wanted);
  }

  apply() {
    for (const line of this.list.children) this.hide(line);
  }
}

/** "IRC" of "irc:irc.example.org/#plant". */
function networkOf(address) {
  return address.slice(0, address.indexOf(':')).toUpperCase();
}

/** "plant" of "ws:plant/temp". */
export function channelOf(address) {
  return address.slice(address.indexOf(':') + 1).split('/')[0];
}
