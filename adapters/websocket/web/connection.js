// The connection to the gateway: one WebSocket that comes back by itself and goes on where it was.
// Subprotocol isthmus.v1.json (docs/user/websocket.md).

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const HISTORY = 500;
const REFUSED = new Set([4401, 4403, 4408]);

export class Connection extends EventTarget {
  constructor() {
    super();
    this.token = null;
    this.cursor = null;
    this.may = { read: [], send: [] };
    this.socket = null;
    this.pause = FIRST_PAUSE;
    this.timer = null;
    this.requests = 0;
    this.replayed = 0;
    this.isLive = false;
  }

  start(token) {
    this.stop();
    this.token = token;
    this.pause = FIRST_PAUSE;
    this.open();
  }

  stop() {
    this.token = null;
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close(1000);
    this.tell('state', { state: 'offline' });
  }

  /** True where the token may write to `address`. */
  maySend(address) {
    return this.may.send.some((pattern) => matches(pattern, address));
  }

  /** Sends a message; the promise holds nothing, or the problem as words. */
  send(message) {
    if (this.socket?.readyState !== WebSocket.OPEN) return Promise.resolve('Not connected.');
    const id = `c${++this.requests}`;
    this.socket.send(JSON.stringify({ t: 'send', id, ...message }));
    return new Promise((resolve) => {
      const answered = (event) => {
        const frame = event.detail;
        if (frame.id !== id || (frame.t !== 'receipt' && frame.t !== 'error')) return;
        finish(frame.t === 'error' ? frame.text : undefined);
      };
      const finish = (problem) => {
        clearTimeout(timer);
        this.removeEventListener('frame', answered);
        resolve(problem);
      };
      const timer = setTimeout(() => finish('No answer.'), 10_000);
      this.addEventListener('frame', answered);
    });
  }

  /** GET `path` with the token; the answer as JSON. */
  async get(path) {
    const answer = await fetch(path, { headers: { Authorization: `Bearer ${this.token}` } });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  }

  open() {
    this.tell('state', { state: 'connecting' });
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
    const socket = new WebSocket(`${scheme}://${location.host}/v1/ws?name=dashboard`, ['isthmus.v1.json']);
    this.socket = socket;
    socket.addEventListener('open', () => socket.send(JSON.stringify({ t: 'auth', token: this.token })));
    socket.addEventListener('message', (event) => this.onFrame(socket, JSON.parse(event.data)));
    socket.addEventListener('close', (event) => this.onClose(socket, event));
  }

  onFrame(socket, frame) {
    if (socket !== this.socket) return;
    if (frame.t === 'hello' && frame.auth === 'ok') {
      this.may = { read: frame.read, send: frame.send };
      this.pause = FIRST_PAUSE;
      this.isLive = false;
      this.replayed = 0;
      const from = this.cursor ? { cursor: this.cursor } : { history: HISTORY };
      socket.send(JSON.stringify({ t: 'sub', id: 'all', topics: frame.read, ...from }));
      this.tell('ready', frame);
      this.tell('state', { state: 'replaying', count: 0 });
    }
    if (frame.t === 'live') {
      this.isLive = true;
      this.tell('state', { state: 'connected' });
    }
    if (frame.cursor && frame.t !== 'hello') this.cursor = frame.cursor;
    if (frame.cursor && !this.isLive && frame.t !== 'hello') {
      this.tell('state', { state: 'replaying', count: ++this.replayed });
    }
    this.tell('frame', frame);
  }

  onClose(socket, event) {
    if (socket !== this.socket) return;
    this.socket = null;
    this.isLive = false;
    if (REFUSED.has(event.code)) {
      this.tell('state', { state: 'refused', reason: event.reason });
      return;
    }
    const wait = Math.round(this.pause * (0.5 + Math.random() / 2));
    this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    this.tell('state', { state: 'reconnecting', at: Date.now() + wait });
    this.timer = setTimeout(() => this.open(), wait);
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** True when `pattern` selects `address`: levels with the wildcards + and # of MQTT topic filters. */
export function matches(pattern, address) {
  if (pattern === '#') return true;
  const split = (text) => {
    const colon = text.indexOf(':');
    return [text.slice(0, colon), ...text.slice(colon + 1).split('/')];
  };
  const wide = split(pattern);
  const narrow = split(address);
  for (let i = 0; i < wide.length; i += 1) {
    if (wide[i] === '#' && i > 0) return true;
    if (i >= narrow.length) return false;
    if (wide[i] !== '+' && wide[i] !== narrow[i]) return false;
    if (i + 1 === narrow.length && i + 1 < wide.length) return wide[i + 1] === '#';
  }
  return wide.length === narrow.length;
}
