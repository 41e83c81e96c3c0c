// One value over time in a dialog, drawn by uPlot.

import { words } from './values.js';

const HOUR = 3_600_000;

export class Detail {
  constructor(dialog, values, history) {
    this.dialog = dialog;
    this.values = values;
    this.history = history;
    this.hours = 1;
    this.entry = null;
    this.plot = null;
    dialog.querySelector('#detail-close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('close', () => this.clear());
    for (const button of dialog.querySelectorAll('[data-hours]')) {
      button.addEventListener('click', () => this.range(Number(button.dataset.hours)));
    }
  }

  async open(entry) {
    this.entry = entry;
    this.dialog.querySelector('#detail-title').textContent = entry.address;
    this.dialog.showModal();
    this.draw();
    for (const frame of await this.history(entry.address)) this.values.add(frame);
    if (this.entry === entry) this.draw();
  }

  range(hours) {
    this.hours = hours;
    for (const button of this.dialog.querySelectorAll('[data-hours]')) {
      button.setAttribute('aria-pressed', String(Number(button.dataset.hours) === hours));
    }
    this.draw();
  }

  update(entry) {
    if (this.entry === entry) this.draw();
  }

  clear() {
    this.plot?.destroy();
    this.plot = null;
    this.entry = null;
  }

  draw() {
    const { entry } = this;
    const now = Date.now();
    const points = entry.points.filter((point) => point.time > now - this.hours * HOUR);
    const data = [points.map((point) => point.time / 1000), points.map((point) => point.value)];
    this.summarise(data[1], entry.unit);
    this.plot?.destroy();
    if (!window.uPlot) return; // not there at build time
    const box = this.dialog.querySelector('#chart');
    const colour = getComputedStyle(this.dialog).getPropertyValue('--accent').trim();
    const text = getComputedStyle(this.dialog).getPropertyValue('--text').trim();
    const line = getComputedStyle(this.dialog).getPropertyValue('--line').trim();
    const axis = { stroke: text, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
    const isStep = typeof entry.value === 'boolean';
    this.plot = new window.uPlot({
      width: Math.max(260, box.clientWidth),
      height: 260,
      scales: { x: { range: [now / 1000 - this.hours * 3600, now / 1000] } },
      axes: [axis, { ...axis, size: 64 }],
      legend: { show: false },
      series: [{}, { label: entry.name, stroke: colour, width: 2, points: { show: points.length < 60 },
        paths: isStep ? window.uPlot.paths.stepped({ align: 1 }) : undefined }],
    }, data, box);
  }

  summarise(numbers, unit) {
    const list = this.dialog.querySelector('#summary');
    const average = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const rows = numbers.length === 0 ? [['Values', '0']] : [
      ['Least', words(Math.min(...numbers))], ['Average', words(average)], ['Most', words(Math.max(...numbers))],
      ['Values', String(numbers.length)]];
    list.replaceChildren(...rows.map(([label, value]) => {
      const row = document.createElement('div');
      const term = document.createElement('dt');
      term.textContent = label;
      const definition = document.createElement('dd');
      definition.textContent = label === 'Values' || !unit ? value : `${value} ${unit}`;
      row.append(term, definition);
      return row;
    }));
  }
}
