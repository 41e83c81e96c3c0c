// The values that were seen: the last one of each address, and how it went.

import { matches } from './connection.js';

const MOST_POINTS = 2_000;
const MOST_INTERVALS = 20;
const LEAST_STALE = 30_000;
const UNKNOWN_STALE = 10 * 60_000; // of a value that was seen once
const SWITCH = { on: true, off: false, true: true, false: false };
const NUMBER = /^\s*([-+]?\d+(?:\.\d+)?)\s*(\S{0,8})\s*$/;

export class Values {
  constructor() {
    this.all = new Map();
    this.links = new Map(); // how the links to places stand, by their addresses
  }

  /** Takes how a link stands; the values that come by it. */
  addLink(frame) {
    this.links.set(frame.from, frame.state);
    return [...this.all.values()].filter((entry) => matches(frame.from, entry.address));
  }

  /** The addresses of places whose link is down. */
  down() {
    return [...this.links].filter(([, state]) => state === 'offline').map(([address]) => address);
  }

  /** Takes a frame with a value; its entry. A frame that is older than what is known only adds to the past. */
  add(frame) {
    const time = Date.parse(frame.time);
    const address = frame.from;
    let entry = this.all.get(address);
    if (!entry) {
      entry = { address, name: address.slice(address.lastIndexOf('/') + 1), place: placeOf(address), points: [],
        intervals: [], time: 0, value: undefined, unit: '', state: 'never' };
      this.all.set(address, entry);
    }
    if (entry.points.some((point) => point.cursor === frame.cursor)) return entry;
    const { value, unit } = read(frame);
    const number = typeof value === 'boolean' ? Number(value) : value;
    if (typeof number === 'number') insert(entry.points, { time, value: number, cursor: frame.cursor });
    if (time >= entry.time) {
      if (entry.time > 0 && time > entry.time) remember(entry.intervals, time - entry.time);
      Object.assign(entry, { time, value, unit, text: frame.text, isText: frame.value === undefined });
    }
    return entry;
  }

  /** live, stale or offline: three times as long silent as usual is stale. */
  state(entry, now, isConnected) {
    if (entry.value === undefined) return 'never';
    if (!isConnected || this.down().some((address) => matches(address, entry.address))) return 'offline';
    const usual = [...entry.intervals].sort((a, b) => a - b)[Math.floor(entry.intervals.length / 2)];
    const patience = usual === undefined ? UNKNOWN_STALE : Math.max(LEAST_STALE, usual * 3);
    return now - entry.time > patience ? 'stale' : 'live';
  }
}

/** What a frame says; a device's text may be a switch or a number as well. */
function read(frame) {
  if (frame.value !== undefined) return { value: frame.value, unit: frame.unit ?? '' };
  const text = frame.text ?? '';
  const state = SWITCH[text.toLowerCase()];
  if (state !== undefined) return { value: state, unit: '' };
  const number = NUMBER.exec(text);
  return number ? { value: Number(number[1]), unit: number[2] } : { value: text, unit: '' };
}

/** The words for `value` as the device itself writes them: "ON" where it says "OFF". */
export function inItsWords(entry, value) {
  const words = ['true', 'false'].includes(entry.text.toLowerCase()) ? String(value) : value ? 'on' : 'off';
  if (entry.text === entry.text.toUpperCase()) return words.toUpperCase();
  return entry.text[0] === entry.text[0].toUpperCase() ? words[0].toUpperCase() + words.slice(1) : words;
}

function placeOf(address) {
  const native = address.slice(address.indexOf(':') + 1);
  const slash = native.lastIndexOf('/');
  return slash < 0 ? '' : native.slice(0, slash);
}

function insert(points, point) {
  let at = points.length;
  while (at > 0 && points[at - 1].time > point.time) at -= 1;
  points.splice(at, 0, point);
  if (points.length > MOST_POINTS) points.shift();
}

function remember(intervals, interval) {
  intervals.push(interval);
  if (intervals.length > MOST_INTERVALS) intervals.shift();
}

/** "12 s ago". */
export function age(time, now) {
  const seconds = Math.max(0, Math.round((now - time) / 1000));
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

/** A value as people read it. */
export function words(value) {
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
