// The dashboard: puts the connection, the values and the talk together. Whatever comes from outside is shown by
// textContent alone.

import { Chat, channelOf } from './chat.js';
import { Connection } from './connection.js';
import { Detail } from './chart.js';
import { Tiles } from './tiles.js';
import { Values } from './values.js';

const KEY = 'isthmus.token';
const ICONS = { connected: '●', replaying: '◐', refused: '✕' }; // else ○
const by = (id) => document.getElementById(id);

const connection = new Connection();
const values = new Values();
const chat = new Chat(by('log'), by('filter'));
const detail = new Detail(by('detail'), values, (address) => past(address));
const tiles = new Tiles(by('tiles'), values, {
  maySend: (address) => connection.maySend(address),
  send: (address, what) => send({ to: address, ...what }),
  open: (entry) => detail.open(entry),
});
const channels = new Set();
const changed = new Set();
let state = { state: 'offline' };
let isDrawing = false;

function isConnected() {
  return state.state === 'connected' || state.state === 'replaying';
}

async function past(address) {
  try {
    const answer = await connection.get(`/v1/messages?limit=1000&topic=${encodeURIComponent(address)}`);
    return answer.messages;
  } catch {
    return []; // the chart shows what is there
  }
}

function showProblem(problem) {
  by('problem').textContent = problem ?? '';
  by('problem').hidden = !problem;
}

async function send(message) {
  const problem = await connection.send(message);
  showProblem(problem);
  return !problem;
}

function secondsUntil(time) {
  return Math.max(0, Math.ceil((time - Date.now()) / 1000));
}

function bannerText() {
  switch (state.state) {
    case 'connected': return 'Connected';
    case 'connecting': return 'Connecting …';
    case 'replaying': return state.count > 0 ? `Catching up: ${state.count} events` : 'Catching up …';
    case 'reconnecting': return `Connection lost; trying again in ${secondsUntil(state.at)} s`;
    case 'refused': return 'The token was refused';
    default: return 'Not connected';
  }
}

function showBanner() {
  const text = bannerText();
  if (by('banner-text').textContent !== text) by('banner-text').textContent = text;
  by('banner').dataset.state = state.state;
  by('banner').querySelector('.icon').textContent = ICONS[state.state] ?? '○';
  document.body.dataset.state = state.state;
}

function showGap(frame) {
  const gap = by('gap');
  gap.dataset.count = frame.count;
  gap.textContent = frame.count > 0 ? `${frame.count} events were missed` : 'Some events were missed';
  gap.hidden = false;
}

function showChannels() {
  const select = by('channel');
  const wanted = [...channels].filter((address) => connection.maySend(address)).sort();
  const known = [...select.options].map((option) => option.value);
  if (wanted.join() !== known.join()) {
    const chosen = select.value;
    select.replaceChildren(...wanted.map((address) => new Option(channelOf(address), address)));
    if (wanted.includes(chosen)) select.value = chosen;
  }
  by('say').hidden = wanted.length === 0;
}

/** How the link to a network's place stands. */
function onLink(frame) {
  for (const entry of values.addLink(frame)) tiles.refresh(entry, isConnected());
  const down = values.down();
  by('links').textContent = down.length > 0 ? `No connection to ${down.join(', ')}` : '';
  by('links').hidden = down.length === 0;
}

/** Orders to a device are no values. */
function isOrder(frame) {
  return !frame.from.startsWith('ws:') && frame.from.endsWith('/set');
}

/** What came since the last frame of the screen is shown once, however much it was. */
function draw() {
  isDrawing = false;
  for (const entry of changed) {
    tiles.update(entry, isConnected());
    detail.update(entry);
  }
  changed.clear();
  by('no-values').hidden = values.all.size > 0;
}

function onFrame(frame) {
  if (frame.t === 'gap') showGap(frame);
  if (frame.t === 'members') channels.add(frame.from);
  if (frame.t === 'members') showChannels();
  if (frame.t === 'receipt' && frame.state === 'failed') showProblem(frame.error?.text);
  if (!frame.from || frame.t === 'gap') return;
  if (frame.t === 'presence' && !frame.user) return onLink(frame);
  if (frame.t === 'msg' && frame.kind === 'value' && !isOrder(frame)) changed.add(values.add(frame));
  // Who came and went before is no news.
  if (frame.t !== 'presence' || connection.isLive) chat.add(frame);
  if (changed.size > 0 && !isDrawing) {
    isDrawing = true;
    requestAnimationFrame(draw);
  }
}

function showLogIn(problem) {
  by('main').hidden = true;
  by('log-out').hidden = true;
  by('log-in').hidden = false;
  by('log-in-problem').textContent = problem ?? '';
  by('log-in-problem').hidden = !problem;
  by('token').focus();
}

function logIn(token) {
  sessionStorage.setItem(KEY, token);
  by('log-in').hidden = true;
  by('main').hidden = false;
  by('log-out').hidden = false;
  connection.start(token);
}

connection.addEventListener('state', (event) => {
  const was = isConnected();
  state = event.detail;
  showBanner();
  if (was !== isConnected()) for (const entry of values.all.values()) tiles.refresh(entry, isConnected());
  if (state.state === 'refused') {
    sessionStorage.removeItem(KEY);
    showLogIn(state.reason || 'The token was refused.');
  }
});
connection.addEventListener('ready', async () => {
  try {
    for (const frame of (await connection.get('/v1/state')).values) onFrame(frame);
  } catch {
    // A token without the scope "state": values appear when they change.
  }
});
connection.addEventListener('frame', (event) => onFrame(event.detail));

by('log-in').addEventListener('submit', (event) => {
  event.preventDefault();
  logIn(by('token').value);
  by('token').value = '';
});
by('log-out').addEventListener('click', () => {
  sessionStorage.removeItem(KEY);
  connection.stop();
  showLogIn();
});
by('say').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = by('words').value.trim();
  if (text && await send({ to: by('channel').value, text })) by('words').value = '';
});
setInterval(() => {
  if (state.state === 'reconnecting') showBanner();
  for (const entry of values.all.values()) tiles.refresh(entry, isConnected());
}, 1000);

// A link may bring the token behind the #, which no server sees; it does not stay in the address.
const fragment = new URLSearchParams(location.hash.slice(1));
if (fragment.has('token')) {
  sessionStorage.setItem(KEY, fragment.get('token'));
  history.replaceState(null, '', location.pathname + location.search);
}
const token = sessionStorage.getItem(KEY);
if (token) logIn(token);
else showLogIn();
