// WebSocket clients that nobody here wrote, driven a command a line: ws, faye-websocket, and the CloudEvents SDK over
// ws. Frames are checked against the JSON Schema files by ajv.

import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import { CloudEvent, HTTP } from 'cloudevents';
import Faye from 'faye-websocket';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import WebSocket, { WebSocketServer } from 'ws';

const schemas = new URL('../../../adapters/websocket/schema/', import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: true });
const check = {
  client: ajv.compile(JSON.parse(readFileSync(new URL('client.json', schemas)))),
  server: ajv.compile(JSON.parse(readFileSync(new URL('server.json', schemas)))),
};

const received = [];
let socket;
let waiting = () => {};

function take(text) {
  received.push(JSON.parse(text));
  waiting();
}

// What the last client of our own server asked for, and the server.
let request;
let server;

async function until(condition, what) {
  const deadline = Date.now() + 20_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what()} did not come: ${JSON.stringify(received)}`);
    await new Promise((resolve) => { waiting = resolve; setTimeout(resolve, 200); });
  }
}

const openers = {
  // `ca`: the file of certificates to trust.
  ws: ({ url, token, protocols, ca }) => new Promise((resolve, reject) => {
    socket = new WebSocket(url, protocols, { headers: { Authorization: `Bearer ${token}` }, ca: ca && readFileSync(ca) });
    socket.on('message', (data) => take(data.toString()));
    socket.on('open', () => resolve(socket.protocol));
    socket.on('error', reject);
  }),
  faye: ({ url, token, protocols }) => new Promise((resolve, reject) => {
    socket = new Faye.Client(url, protocols, { headers: { Authorization: `Bearer ${token}` } });
    socket.on('message', (event) => take(event.data));
    socket.on('open', () => resolve(socket.protocol));
    socket.on('error', reject);
  }),
};

const commands = {
  open: ({ library, ...options }) => openers[library](options),
  send: ({ frame }) => { socket.send(JSON.stringify(frame)); },
  async wait({ member, value }) {
    const found = () => received.find((frame) => member.split('.').reduce((at, key) => at?.[key], frame) === value);
    await until(found, () => `${member} = ${value}`);
    return found();
  },
  extensions: () => socket.extensions,
  // A server, with the subprotocols and the certificate that it has; its clients' frames are what is received.
  serve: ({ port, protocols = [], certificate, key }) => new Promise((resolve, reject) => {
    const listener = certificate ? createSecureServer({ cert: readFileSync(certificate), key: readFileSync(key) })
      : createServer();
    const handleProtocols = (offered) => protocols.find((one) => offered.has(one)) ?? false;
    server = new WebSocketServer({ server: listener, handleProtocols });
    server.on('connection', (client, incoming) => {
      client.on('message', (data) => take(data.toString()));
      client.on('close', () => { if (socket === client) request = undefined; });
      socket = client;
      request = { url: incoming.url, headers: incoming.headers, protocol: client.protocol };
      waiting();
    });
    listener.on('error', reject);
    listener.listen(port, 'localhost', resolve);
  }),
  async connected() {
    await until(() => request, () => 'a client');
    return request;
  },
  tell: ({ text }) => { socket.send(text); },
  // Those that are no valid frames, with what ajv says of them.
  wrong: ({ side, frames }) => (frames ?? received).filter((frame) => !check[side](frame))
    .map((frame) => `${JSON.stringify(frame)}: ${ajv.errorsText(check[side].errors)}`),
  // The received frame as the SDK reads it, and written again.
  event: ({ type }) => {
    const frame = received.find((one) => one.type === type);
    const event = HTTP.toEvent({ headers: { 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(frame) });
    return { valid: event.validate(), same: JSON.stringify(JSON.parse(event.toString())) === JSON.stringify(JSON.parse(
      new CloudEvent(frame).toString())), event: JSON.parse(event.toString()) };
  },
  send_event: ({ event }) => { socket.send(new CloudEvent(event).toString()); },
  close: () => { socket?.close(); server?.close(); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  let answer;
  try {
    answer = { result: (await commands[command](options)) ?? null };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  if (command === 'close') process.exit(0);
}
