// A tile for each value: what it is, how old, how it went, and a control where the token may set it.

import { age, inItsWords, words } from './values.js';

const SVG = 'http://www.w3.org/2000/svg';
const SPARK_SPAN = 15 * 60_000;
const STATES = {
  live: ['●', 'live'],
  stale: ['◐', 'stale'],
  offline: ['○', 'not connected'],
  never: ['–', 'never seen'],
};

function element(tag, className, parent) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  parent?.append(made);
  return made;
}

export class Tiles {
  constructor(list, values, { maySend, send, open }) {
    this.list = list;
    this.values = values;
    this.actions = { maySend, send, open };
    this.tiles = new Map();
  }

  /** Shows `entry` as it is now. */
  update(entry, isConnected) {
    let tile = this.tiles.get(entry.address);
    if (!tile) {
      tile = this.build(entry);
      this.tiles.set(entry.address, tile);
      const after = [...this.list.children].find((other) => other.dataset.address > entry.address);
      this.list.insertBefore(tile.root, after ?? null);
    }
    tile.value.textContent = words(entry.value);
    tile.unit.textContent = entry.unit ? ` ${entry.unit}` : '';
    this.control(tile, entry, isConnected);
    this.refresh(entry, isConnected);
  }

  /** What changes by time alone. */
  refresh(entry, isConnected) {
    const tile = this.tiles.get(entry.address);
    if (!tile) return;
    const now = Date.now();
    const state = this.values.state(entry, now, isConnected);
    tile.root.dataset.state = state;
    [tile.icon.textContent, tile.state.textContent] = STATES[state];
    tile.age.textContent = age(entry.time, now);
    tile.age.title = new Date(entry.time).toLocaleString();
    tile.age.dateTime = new Date(entry.time).toISOString();
    tile.path.setAttribute('d', sparkline(entry, now));
    for (const control of tile.controls.querySelectorAll('button, input')) control.disabled = !isConnected;
  }

  build(entry) {
    const root = element('li', 'tile');
    root.dataset.address = entry.address;
    const name = element('button', 'name', root);
    name.type = 'button';
    name.textContent = entry.name;
    name.title = entry.address;
    name.addEventListener('click', () => this.actions.open(entry));
    element('span', 'place', root).textContent = entry.place;
    const reading = element('p', 'reading', root);
    const value = element('span', 'value', reading);
    const unit = element('span', 'unit', reading);
    const line = element('span', 'state', root);
    const mark = element('span', 'mark', line);
    const icon = element('span', 'icon', mark);
    icon.setAttribute('aria-hidden', 'true');
    mark.append(' ');
    const state = element('span', '', mark);
    const when = element('time', 'age', line);
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 100 36');
    svg.setAttribute('preserveAspectRatio', 'none');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(SVG, 'path');
    svg.append(path);
    root.append(svg);
    const controls = element('div', 'control', root);
    return { root, value, unit, icon, state, age: when, path, controls, kind: null };
  }

  control(tile, entry) {
    const kind = !this.target(entry) ? 'none' : typeof entry.value === 'boolean' ? 'switch' : typeof entry.value;
    if (kind !== tile.kind) {
      tile.controls.replaceChildren();
      tile.kind = kind;
      if (kind === 'switch') this.addSwitch(tile, entry);
      if (kind === 'number' || kind === 'string') this.addInput(tile, entry, kind);
    }
    const toggle = tile.controls.querySelector('.switch');
    if (!toggle) return;
    toggle.setAttribute('aria-checked', String(entry.value));
    toggle.textContent = entry.value ? 'Turn off' : 'Turn on';
  }

  /** Where a new value goes: a device has its orders at …/set. Nothing where the token may not send. */
  target(entry) {
    return [`${entry.address}/set`, entry.address].find((address) =>
      this.actions.maySend(address) && (address === entry.address || !address.startsWith('ws:')));
  }

  send(entry, value) {
    const what = !entry.isText ? { value, unit: entry.unit || undefined }
      : { text: typeof value === 'boolean' ? inItsWords(entry, value) : String(value) };
    this.actions.send(this.target(entry), what);
  }

  addSwitch(tile, entry) {
    const toggle = element('button', 'switch', tile.controls);
    toggle.type = 'button';
    toggle.setAttribute('role', 'switch');
    toggle.setAttribute('aria-label', entry.name);
    toggle.addEventListener('click', () => this.send(entry, !entry.value));
  }

  addInput(tile, entry, kind) {
    const form = element('form', 'control', tile.controls);
    const input = element('input', '', form);
    input.type = kind === 'number' ? 'number' : 'text';
    if (kind === 'number') input.step = 'any';
    input.required = true;
    input.setAttribute('aria-label', `New value of ${entry.name}`);
    const button = element('button', '', form);
    button.textContent = 'Set';
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const value = kind === 'number' ? input.valueAsNumber : input.value;
      this.send(entry, value);
      form.reset();
    });
  }
}

/** The last 15 minutes as a path in a box of 100 by 36; what is on or off moves in steps. */
function sparkline(entry, now) {
  const points = entry.points.filter((point) => point.time > now - SPARK_SPAN);
  if (points.length === 0) return '';
  const values = points.map((point) => point.value);
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  const x = (time) => 100 - ((now - time) / SPARK_SPAN) * 100;
  const y = (value) => (span === 0 ? 18 : 33 - ((value - least) / span) * 30);
  const isStep = typeof entry.value === 'boolean';
  let path = `M${x(points[0].time).toFixed(2)} ${y(points[0].value).toFixed(2)}`;
  for (const point of points.slice(1)) {
    if (isStep) path += `H${x(point.time).toFixed(2)}`;
    path += `L${x(point.time).toFixed(2)} ${y(point.value).toFixed(2)}`;
  }
  return `${path}H100`;
}
