// A browser that a test drives: a command a line on standard input, an answer a line on standard output, both JSON.
// Started with the folder for screenshots as the argument.

import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const folder = process.argv[2];
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const patience = { timeout: 20_000 };

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
const page = await context.newPage();
const problems = [];
let origin = '';
page.on('console', (message) => { if (message.type() === 'error') problems.push(`console: ${message.text()}`); });
page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
page.on('request', (request) => {
  const { protocol } = new URL(request.url());
  const leaves = origin && protocol.startsWith('http') && !request.url().startsWith(origin);
  if (leaves) problems.push(`left the origin: ${request.url()}`);
});
await page.addInitScript(() => {
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) => window.violations.push(event.violatedDirective));
});

const commands = {
  async open({ url }) {
    origin = new URL(url).origin;
    await page.goto(url);
  },
  async advance({ milliseconds }) { await page.clock.fastForward(milliseconds); },
  async fake_clock() { await page.clock.install(); },
  async wait({ selector, text, state }) {
    const found = page.locator(selector, text === undefined ? {} : { hasText: text }).first();
    await found.waitFor({ ...patience, state: state ?? 'visible' });
  },
  async text({ selector }) { return page.locator(selector).first().innerText(); },
  async count({ selector }) { return page.locator(selector).count(); },
  async click({ selector }) { await page.locator(selector).first().click(patience); },
  async fill({ selector, text }) { await page.locator(selector).first().fill(text, patience); },
  async press({ key }) { await page.keyboard.press(key); },
  async eval({ code }) { return page.evaluate(code); },
  async look({ width, height, scheme }) {
    if (width) await page.setViewportSize({ width, height: height ?? 800 });
    if (scheme) await page.emulateMedia({ colorScheme: scheme });
  },
  async shoot({ name }) { await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true }); },
  async axe() {
    const session = await context.newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: axe }); // not a script of the page, which its policy forbids
    const found = await page.evaluate(() => window.axe.run());
    return found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  },
  async problems() {
    const violations = await page.evaluate('window.violations');
    return [...problems, ...violations.map((one) => `policy: ${one}`)];
  },
  async close() { await browser.close(); },
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
